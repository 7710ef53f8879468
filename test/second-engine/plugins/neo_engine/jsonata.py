"""LocalStack evaluates JSONata in Java, and would download a Java runtime and the libraries; both are on this machine already."""

import os

from localstack.runtime import hooks


@hooks.on_infra_start()
def use_installed_java():
    from localstack.services.stepfunctions import packages

    class Installed:
        def install(self, *_):
            pass

        def get_java_lib_path(self):
            return os.path.join(os.environ["NEO_JAVA_HOME"], "lib", "server", "libjvm.so")

        def get_installed_dir(self):
            return os.environ["NEO_JSONATA_JARS"]

    packages.jpype_jsonata_package.get_installer = lambda *_: Installed()
