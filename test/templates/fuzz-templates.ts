/**
 * The templates of the fuzz's cases, against AWS's own validator: `fuzz-templates.ts CASES`. Run by check-templates.ts.
 */
import { awsValidator } from './validator';
import { fuzz } from '../fuzz/run';
import { SUBJECTS } from '../fuzz/subjects';
import { SEED } from '../random-seed';

const cases = Number(process.argv[2]);
const weights = SUBJECTS.reduce((sum, { weight }) => sum + weight, 0);
const validate = awsValidator();

if (validate({ Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Nothing' } } } } }).length !== 1) {
  throw new Error('the validator does not find a reference to nothing');
}
let templates = 0;
const check = (template: { Resources?: object }) => {
  // What is public and makes no resource leaves a template that cannot be deployed.
  if (!template.Resources) { return []; }
  templates++;
  return validate(template);
};
for (const of of SUBJECTS) { fuzz(of, Math.ceil(cases * of.weight / weights), SEED, check); }
console.log(`AWS's validator: no error in ${templates} templates of the fuzz, NEO_SEED=${SEED}`);
