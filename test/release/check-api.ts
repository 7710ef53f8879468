/**
 * Compare the public API with that of the last release: jsii-diff fails on whatever breaks a consumer. `npm run check:api`; needs the network.
 *
 * An intended break goes into `.compatignore`, by the key that jsii-diff prints, and its commit is a `feat!:`.
 */
import * as fs from 'fs';
import * as path from 'path';
import { baselineFrom, differences, type Published, publishedVersion, requireThatItFinds } from './released-api';
import { ROOT } from '../templates/tools';

const { name } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/** A tarball instead of the last release: `npm run check:api -- some.tgz`. */
const [tarball] = process.argv.slice(2);
const published: Published = tarball ? { tarball: path.resolve(tarball) } : publishedVersion(name);

requireThatItFinds();
if ('none' in published) {
  console.log(`npm has no release of ${name}: this is the first, and there is no API to keep compatible with`);
} else {
  const baseline = baselineFrom(published, name);
  const { breaks, report } = differences(baseline);
  console.log(report);
  console.log(breaks ? `the API breaks users of ${baseline.label}: see above` : `the API is compatible with ${baseline.label}`);
  process.exitCode = breaks ? 1 : 0;
}
