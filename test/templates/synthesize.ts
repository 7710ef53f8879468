import * as path from 'path';

/**
 * Run apps in one process, as aws-cdk-lib takes longest to load: `synthesize.ts OUT FOLDER...` writes into OUT/<name of the folder>.
 */
const [out, ...folders] = process.argv.slice(2);
for (const folder of folders) {
  // An app reads it when it is made, and is synthesized at the end of the process at the latest.
  process.env.CDK_OUTDIR = path.join(out, path.basename(folder));
  console.error(`synthesizing ${path.basename(folder)}`);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an app runs when it is loaded
  require(path.join(folder, 'app.ts'));
}
