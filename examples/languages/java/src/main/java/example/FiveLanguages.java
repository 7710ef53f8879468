package example;

import io.github.cdksagemakerneo.NeoBucketModelOptions;
import io.github.cdksagemakerneo.NeoCompilationFleet;
import io.github.cdksagemakerneo.NeoCompilationJob;
import io.github.cdksagemakerneo.NeoCompilationMonitoring;
import io.github.cdksagemakerneo.NeoCompiledModel;
import io.github.cdksagemakerneo.NeoCompilerOptions;
import io.github.cdksagemakerneo.NeoDataInputShape;
import io.github.cdksagemakerneo.NeoFleetModels;
import io.github.cdksagemakerneo.NeoFleetTarget;
import io.github.cdksagemakerneo.NeoFramework;
import io.github.cdksagemakerneo.NeoModel;
import io.github.cdksagemakerneo.NeoModelOptions;
import io.github.cdksagemakerneo.NeoNvidiaOptions;
import io.github.cdksagemakerneo.NeoPrivacyValidation;
import io.github.cdksagemakerneo.NeoPrivateCompilationVpc;
import io.github.cdksagemakerneo.NeoTarget;
import io.github.cdksagemakerneo.NeoTargetAccelerator;
import io.github.cdksagemakerneo.NeoTargetArch;
import io.github.cdksagemakerneo.NeoTargetOs;
import io.github.cdksagemakerneo.NeoTargetPlatform;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.sns.Topic;

public final class FiveLanguages {
    public static void main(final String[] args) {
        final App app = new App();
        NeoPrivacyValidation.addTo(app);
        final Stack stack = new Stack(app, "FiveLanguages", StackProps.builder()
            .description("Models compiled in private by SageMaker Neo: the same stack in five languages")
            .build());

        final Key key = Key.Builder.create(stack, "Key").enableKeyRotation(true).build();
        final Bucket bucket = Bucket.Builder.create(stack, "Models")
            .encryptionKey(key)
            .bucketKeyEnabled(true)
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .enforceSsl(true)
            .versioned(true)
            .build();
        final NeoPrivateCompilationVpc network = NeoPrivateCompilationVpc.Builder.create(stack, "Network")
            .buckets(List.of(bucket))
            .encryptionKey(key)
            .maxConcurrentInstances(10)
            .build();

        final NeoCompilationJob cloud = NeoCompilationJob.Builder.create(stack, "Cloud")
            .vpcConfig(network.getVpcConfig())
            .model(NeoModel.fromBucket(bucket, "models/resnet18.tar.gz", NeoBucketModelOptions.builder()
                .framework(NeoFramework.PYTORCH_1_13)
                .dataInputShape(NeoDataInputShape.of("input0", 1, 3, 224, 224))
                .build()))
            .target(NeoTarget.ML_C5)
            .outputBucket(bucket)
            .maxRuntime(Duration.minutes(30))
            .tags(Map.of("team", "vision"))
            .build();

        final NeoCompilationJob edge = NeoCompilationJob.Builder.create(stack, "Edge")
            .vpcConfig(network.getVpcConfig())
            .model(NeoModel.fromBucket(bucket, "models/detector.tar.gz", NeoBucketModelOptions.builder()
                .framework(NeoFramework.ONNX)
                .dataInputShape(NeoDataInputShape.of("data", 1, 3, 416, 416))
                .build()))
            .target(NeoTarget.platform(NeoTargetPlatform.builder()
                .os(NeoTargetOs.LINUX)
                .arch(NeoTargetArch.ARM64)
                .accelerator(NeoTargetAccelerator.NVIDIA)
                .build()))
            .compilerOptions(NeoCompilerOptions.nvidia(NeoNvidiaOptions.builder()
                .gpuCode("sm_72")
                .trtVersion("7.1.3")
                .cudaVersion("10.2")
                .build()))
            .outputBucket(bucket)
            .outputPrefix("edge")
            .build();

        final NeoCompiledModel model = NeoCompiledModel.Builder.create(stack, "Model").job(cloud).build();

        final Topic topic = Topic.Builder.create(stack, "Outcomes").masterKey(key).build();
        NeoCompilationMonitoring.Builder.create(stack, "Monitoring")
            .jobs(List.of(cloud, edge))
            .topic(topic)
            .alarmTopic(topic)
            .build();

        final NeoCompilationFleet fleet = NeoCompilationFleet.Builder.create(stack, "Fleet")
            .vpcConfig(network.getVpcConfig())
            .models(NeoFleetModels.fromPrefix(bucket, "fleet/", NeoModelOptions.builder()
                .framework(NeoFramework.PYTORCH_1_8)
                .dataInputShape(NeoDataInputShape.fromList(List.of(List.of(1, 3, 224, 224))))
                .build()))
            .targets(List.of(
                NeoFleetTarget.builder().target(NeoTarget.ML_C5).build(),
                NeoFleetTarget.builder().target(NeoTarget.RASP4_B).compilerOptions(NeoCompilerOptions.armNeon()).build()))
            .outputBucket(bucket)
            .maxConcurrentJobs(4)
            .build();

        CfnOutput.Builder.create(stack, "CompiledForCloud").value(cloud.getModelArtifactsUri()).build();
        CfnOutput.Builder.create(stack, "CompiledForEdge").value(edge.getModelArtifactsUri()).build();
        CfnOutput.Builder.create(stack, "ModelName").value(model.getModelName()).build();
        CfnOutput.Builder.create(stack, "FleetArn").value(fleet.getStateMachine().getStateMachineArn()).build();

        app.synth();
    }

    private FiveLanguages() { }
}
