"""Lint the policies that stdin holds as JSON with parliament; print its findings as JSON."""

import json
import sys

import parliament

found = []
for policy in json.load(sys.stdin):
    for finding in parliament.analyze_policy_string(json.dumps(policy["document"])).findings:
        found.append({"at": policy["at"], "issue": finding.issue, "detail": json.dumps(finding.detail)})
json.dump(found, sys.stdout)
