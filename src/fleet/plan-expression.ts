import { oneLine } from '../stepfunctions-tasks/expression';
import { DEVICES } from '../target/compatibility';

/** Devices that AWS's SDK sends no framework version for. */
const WITHOUT_VERSION = Object.entries(DEVICES).filter(([, { frameworkVersion }]) => frameworkVersion === 'dropped').map(([name]) => name);

/**
 * JSONata that pairs rows with targets. Its input is a batch: `Items` are rows as `NeoFleetModels.fromManifest` documents them, `BatchInput` holds
 * `Targets` and `Defaults`. Its output is a list of compilations: `Digest`, members of CreateCompilationJob, and `Invalid` where a row makes no sense.
 * A member that comes to nothing is left out, as JSONata does of itself.
 */
export const PAIRS = oneLine(`{% (
  $defaults := $states.input.BatchInput.Defaults;
  $targets := $states.input.BatchInput.Targets;
  $given := function($value) { $exists($value) and $value != null and $value != '' ? $value };
  $text := function($value) { $type($value) in ['array', 'object'] ? $string($value) : $value };
  [$states.input.Items[$not($exists(skip))].(
    $row := $;
    $package := $given($row.modelPackageVersionArn);
    $device := $given($row.targetDevice);
    $options := $given($row.compilerOptions);
    ($device ? { 'OutputConfig': { 'TargetDevice': $device, 'CompilerOptions': $text($options) } } : $targets).(
      $target := $;
      {
        'Invalid': $not($exists($package)) and $not($exists($given($row.s3Uri))) ? 'the row names neither s3Uri nor modelPackageVersionArn'
          : $exists($options) and $not($exists($device)) ? 'the row has compilerOptions, but no targetDevice that they are for',
        'Digest': $package ? $package : $replace($given($row.etag), '"', ''),
        'ModelPackageVersionArn': $package,
        'InputConfig': $not($exists($package)) ? {
          'S3Uri': $given($row.s3Uri),
          'Framework': $given($row.framework) ? $row.framework : $defaults.Framework,
          'FrameworkVersion': $target.OutputConfig.TargetDevice in ${JSON.stringify(WITHOUT_VERSION).replace(/"/g, "'")} ? () :
            $given($row.framework) or $given($row.frameworkVersion) ? $given($row.frameworkVersion) : $defaults.FrameworkVersion,
          'DataInputConfig': $given($row.dataInputConfig) ? $text($row.dataInputConfig) : $defaults.DataInputConfig
        },
        'OutputConfig': $target.OutputConfig
      }
    )
  )]
) %}`);
