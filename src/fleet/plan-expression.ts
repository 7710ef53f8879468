import { oneLine } from './expression';

/**
 * JSONata that pairs rows with targets. Its input is a batch: `Items` are rows as `NeoFleetModels.fromManifest` documents them, `BatchInput` holds
 * `Targets` and `Defaults`. Its output is a list of compilations: `Digest`, and members of CreateCompilationJob. A member that comes to nothing is
 * left out, as JSONata does of itself.
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
    ($device
      ? { 'OutputConfig': { 'TargetDevice': $device, 'CompilerOptions': $text($given($row.compilerOptions)) } }
      : $targets
    ).(
      $target := $;
      {
        'Digest': $package ? $package : $replace($given($row.etag), '"', ''),
        'ModelPackageVersionArn': $package,
        'InputConfig': $not($exists($package)) ? {
          'S3Uri': $given($row.s3Uri),
          'Framework': $given($row.framework) ? $row.framework : $defaults.Framework,
          'FrameworkVersion': $target.DropsFrameworkVersion ? () :
            $given($row.framework) or $given($row.frameworkVersion) ? $given($row.frameworkVersion) : $defaults.FrameworkVersion,
          'DataInputConfig': $given($row.dataInputConfig) ? $text($row.dataInputConfig) : $defaults.DataInputConfig
        },
        'OutputConfig': $target.OutputConfig
      }
    )
  )]
) %}`);
