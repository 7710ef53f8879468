using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.S3;
using CdkSagemakerNeo;
using Constructs;

namespace NeoApp
{
    public class NeoAppStack : Stack
    {
        internal NeoAppStack(Construct scope, string id, IStackProps props = null) : base(scope, id, props)
        {
            NeoPrivacyValidation.AddTo(this);
            var bucket = new Bucket(this, "Models");
            var network = new NeoPrivateCompilationVpc(this, "Network", new NeoPrivateCompilationVpcProps { Buckets = new[] { bucket } });
            new NeoCompilationJob(this, "Job", new NeoCompilationJobProps
            {
                VpcConfig = network.VpcConfig,
                Model = NeoModel.FromBucket(bucket, "model.tar.gz", new NeoBucketModelOptions
                {
                    Framework = NeoFramework.PYTORCH_1_13,
                    DataInputShape = NeoDataInputShape.Of("input0", 1, 3, 224, 224),
                }),
                Target = NeoTarget.ML_C5,
                OutputBucket = bucket,
            });
            if (Node.TryGetContext("open") != null)
            {
                new CfnVPCGatewayAttachment(this, "Open", new CfnVPCGatewayAttachmentProps { VpcId = network.Vpc.VpcId, InternetGatewayId = "igw-0123456789abcdef0" });
            }
        }
    }
}
