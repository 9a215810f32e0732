using Distill.Learning.Networks;

namespace Distill.Encoders.Options;

/// <summary>An encoder that the program can download, with all that is to be known about its input.</summary>
/// <param name="Title">What it is, in words.</param>
/// <param name="Package">The NuGet package that contains it.</param>
/// <param name="Version">Version of the package.</param>
/// <param name="PathInPackage">Path of the model in the package.</param>
/// <param name="Sha256">Hash of the model.</param>
/// <param name="Options">Path after the download, input and license.</param>
public sealed record KnownEncoder(
    string Title, string Package, string Version, string PathInPackage, string Sha256, EncoderOptions Options)
{
    /// <summary>Finds a known encoder by its name, or by the path of its file after the download; null for other models.</summary>
    public static KnownEncoder? Find(string file) =>
        All.GetValueOrDefault(file) ?? All.Values.FirstOrDefault(known => known.Options.File == file);

    /// <summary>Known encoders by the name that <c>pretrain.encoder</c> accepts.</summary>
    public static readonly IReadOnlyDictionary<string, KnownEncoder> All = new Dictionary<string, KnownEncoder>
    {
        ["imagenet-resnet18"] = new(
            "a ResNet-18 trained on ImageNet, the image featurizer of ML.NET",
            "microsoft.ml.dnnimagefeaturizer.resnet18",
            "0.23.1",
            "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx",
            "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f",
            new EncoderOptions(
                "data/encoders/imagenet-resnet18/model.onnx",
                Input: null,
                Output: null,
                Size: null,
                TensorLayout.Nchw,
                ChannelOrder.Bgr,
                // Means over the positions of the mean image that the package's preprocessing model subtracts; it divides by nothing.
                new Normalization([103.06 / 255, 115.90 / 255, 123.15 / 255], [1 / 255.0, 1 / 255.0, 1 / 255.0]),
                FeaturePooling.Auto,
                "MIT")),
    };
}
