package com.myorg;

import io.github.cdksagemakerneo.*;
import java.util.List;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.ec2.CfnVPCGatewayAttachment;
import software.amazon.awscdk.services.s3.Bucket;
import software.constructs.Construct;

public class NeoAppStack extends Stack {
    public NeoAppStack(final Construct scope, final String id, final StackProps props) {
        super(scope, id, props);
        NeoPrivacyValidation.addTo(this);
        Bucket bucket = new Bucket(this, "Models");
        NeoPrivateCompilationVpc network = NeoPrivateCompilationVpc.Builder.create(this, "Network").buckets(List.of(bucket)).build();
        NeoCompilationJob.Builder.create(this, "Job")
                .vpcConfig(network.getVpcConfig())
                .model(NeoModel.fromBucket(bucket, "model.tar.gz", NeoBucketModelOptions.builder()
                        .framework(NeoFramework.PYTORCH_1_13)
                        .dataInputShape(NeoDataInputShape.of("input0", 1, 3, 224, 224))
                        .build()))
                .target(NeoTarget.ML_C5)
                .outputBucket(bucket)
                .build();
        if (getNode().tryGetContext("open") != null) {
            CfnVPCGatewayAttachment.Builder.create(this, "Open").vpcId(network.getVpc().getVpcId()).internetGatewayId("igw-0123456789abcdef0").build();
        }
    }
}
