/**
 * What integ-runner leaves to do of its snapshots: `snapshots.ts remove` before they are made anew, as it fails when a resource is gone that was there;
 * `snapshots.ts strip` afterwards, as metadata has paths of the machine. It wants the files of metadata, and compares the templates alone.
 */
import * as fs from 'fs';
import * as path from 'path';

const [action] = process.argv.slice(2);
const snapshots = fs.readdirSync(__dirname).filter(name => name.endsWith('.snapshot')).map(name => path.join(__dirname, name));

if (action === 'remove') {
  for (const snapshot of snapshots) { fs.rmSync(snapshot, { recursive: true }); }
} else if (action === 'strip') {
  for (const snapshot of snapshots) {
    for (const file of fs.readdirSync(snapshot).filter(name => name.endsWith('.metadata.json'))) { fs.writeFileSync(path.join(snapshot, file), '{}\n'); }
  }
} else {
  throw new Error(`remove or strip expected; got: ${action}`);
}
