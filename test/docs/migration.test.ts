import { MarkdownPage } from './markdown';
import { CONSTRAINTS } from '../../local/sagemaker/constraints';

const page = MarkdownPage.read('docs/migration.md').text;

test('docs/migration.md has every field of CreateCompilationJob', () => {
  const names: Record<string, string> = { CreateCompilationJobRequest: '', NeoVpcConfig: 'VpcConfig', TargetPlatform: '' };
  const fields = Object.keys(CONSTRAINTS).flatMap(name => {
    const [structure, field] = name.split('.');
    if (!/^(CreateCompilationJobRequest|InputConfig|OutputConfig|StoppingCondition|NeoVpcConfig|TargetPlatform)$/.test(structure)) { return []; }
    return [[names[structure] ?? structure, field].filter(Boolean).join('.')];
  });

  expect(fields.length).toBeGreaterThan(15);
  expect(fields.filter(field => !page.includes(`\`${field}\``))).toEqual([]);
});

test('docs/migration.md has every argument of the Python SDK\'s compile, version 2', () => {
  // sagemaker/model.py of aws/sagemaker-python-sdk, whose version 2 takes no new ones.
  const documented = [
    'target_instance_family', 'input_shape', 'output_path', 'role', 'tags', 'job_name', 'compile_max_run', 'framework', 'framework_version',
    'target_platform_os', '_arch', '_accelerator', 'compiler_options',
  ];

  expect(documented.filter(argument => !page.includes(`\`${argument}\``) && !page.includes(`\`${argument}=`))).toEqual([]);
});
