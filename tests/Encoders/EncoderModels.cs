using Distill.Encoders.Options;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Onnx;
using Distill.Pipeline.Options;
using Tests.Golden;
using Tests.Pipeline;
using static Tests.Learning.Onnx.OnnxMessages;
using static TorchSharp.torch;

namespace Tests.Encoders;

/// <summary>Small ONNX models whose features are known in closed form, written field by field (onnx.proto).</summary>
internal static class EncoderModels
{
    /// <summary>S, height and width of the images.</summary>
    public const int Side = 6;

    /// <summary>Images whose bytes are a closed form: [N, 3, S, S].</summary>
    public static Tensor Images(int count) =>
        Pattern.Uniform("encoder", count, 3, Side, Side).add(1).mul(127.5).round().to_type(ScalarType.Byte);

    /// <summary>The mean of each channel, after the normalization: [N, 3], fp64.</summary>
    public static Tensor Means(Tensor images_N3SS, double[] mean, double[] deviation) =>
        images_N3SS.to_type(ScalarType.Float64).div(255).mean([2, 3])
            .sub(tensor(mean, ScalarType.Float64)).div(tensor(deviation, ScalarType.Float64));

    /// <summary>Writes a model whose features are the mean of each channel of its input.</summary>
    /// <param name="folder">The folder of the model.</param>
    /// <param name="name">File name.</param>
    /// <param name="shape">Shape of the input; null for a free dimension.</param>
    /// <param name="type">Element type of the input: 1 fp32, 10 fp16, 2 bytes.</param>
    /// <param name="keep">Whether the features are maps of one pixel; otherwise they are a vector.</param>
    public static string ChannelMeans(TempFolder folder, string name, long?[] shape, long type = Float, bool keep = false)
    {
        var axes = shape[^1] == 3 && shape[1] != 3 ? new long[] { 1, 2 } : [2, 3];
        byte[][] nodes =
        [
            Node("Cast", ["images"], "cast", Integer("to", Float)),
            Node("ReduceMean", ["cast"], "features", Integers("axes", axes), Integer("keepdims", keep ? 1 : 0)),
        ];
        return Write(folder, name, nodes, [("images", type, shape)], [("features", 2 + (keep ? 2 : 0))]);
    }

    /// <summary>Writes a model whose output are its input's pixels, as maps in the layout of the input.</summary>
    public static string Maps(TempFolder folder, string name, long?[] shape) => Write(
        folder, name, [Node("Identity", ["images"], "maps")], [("images", Float, shape)], [("maps", 4)]);

    /// <summary>Writes a model whose output is its input in another shape, whatever the batch is.</summary>
    public static string Reshaped(TempFolder folder, string name, long?[] shape, params long[] output) => Write(
        folder, name, [Node("Reshape", ["images", "shape"], "features")], [("images", Float, shape)], [("features", output.Length)],
        [Int64("shape", output)]);

    /// <summary>Writes a model of channel means after dynamic quantization, whose scale depends on the whole batch.</summary>
    public static string Quantized(TempFolder folder, string name, long? batch, int size) => Write(
        folder,
        name,
        [
            Node("DynamicQuantizeLinear", ["images"], ["bytes", "scale", "zero"]),
            Node("DequantizeLinear", ["bytes", "scale", "zero"], "values"),
            Node("ReduceMean", ["values"], "features", Integers("axes", 2, 3), Integer("keepdims", 0)),
        ],
        [("images", Float, [batch, 3, size, size])],
        [("features", 2)]);

    /// <summary>Writes a small ResNet: convolutions, a pool and a linear layer.</summary>
    public static string Network(TempFolder folder, string name, int size)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var network = new ResNet(new NetworkOptions(Architecture.ResNet18, 0.125, Stem.ImageNet), 3, 5, generator);
        network.eval();
        using var file = File.Create(folder[name]);
        new OnnxFile("test", []).Write(file, InferenceNetwork.ToOnnx(network, [3, size, size], 5));
        return folder[name];
    }

    /// <summary>Writes a model whose output are tokens [batch, size·size, 3]: the pixels, first that of the top left.</summary>
    public static string Tokens(TempFolder folder, string name, int size)
    {
        byte[][] nodes =
        [
            Node("Reshape", ["images", "shape"], "planes"),
            Node("Transpose", ["planes"], "last_hidden_state", Integers("perm", 0, 2, 1)),
        ];
        return Write(
            folder, name, nodes, [("images", Float, [null, 3, size, size])], [("last_hidden_state", 3)],
            [Int64("shape", 0, 3, size * size)]);
    }

    /// <summary>Writes a model whose features are the means of vertical stripes of its input, [batch, 3, size, size].</summary>
    public static string Columns(TempFolder folder, string name, int size, int stripes) => Write(
        folder,
        name,
        [
            Node(
                "AveragePool", ["images"], "pooled", Integers("kernel_shape", size, size / stripes),
                Integers("strides", size, size / stripes)),
            Node("Flatten", ["pooled"], "features", Integer("axis", 1)),
        ],
        [("images", Float, [null, 3, size, size])],
        [("features", 2)]);

    /// <summary>Writes a model with two inputs, or two outputs without a usual name.</summary>
    public static string Ambiguous(TempFolder folder, string name, bool inputs) => Write(
        folder,
        name,
        [
            Node("ReduceMean", ["images"], "first", Integers("axes", 2, 3), Integer("keepdims", 0)),
            Node("Add", ["first", inputs ? "text" : "first"], "second"),
        ],
        inputs ? [("images", Float, [1, 3, 4, 4]), ("text", Float, [1, 3])] : [("images", Float, [1, 3, 4, 4])],
        [("first", 2), ("second", 2)]);

    /// <summary>Writes a graph of two nodes that wait for each other.</summary>
    public static string Cycle(TempFolder folder, string name) => Write(
        folder,
        name,
        [Node("Add", ["images", "second"], "first"), Node("Relu", ["first"], "second")],
        [("images", Float, [1, 3, 4, 4])],
        [("second", 4)]);

    /// <summary>Reads the encoders of a pipeline's block "pretrain".</summary>
    public static IReadOnlyList<EncoderOptions> Read(string pretrain) =>
        EncoderOptions.ReadAll(PipelineFile.Parse($"{{ \"pretrain\": {pretrain} }}", "test.json", _ => null).Section("pretrain"));

    /// <summary>Reads the options of one encoder.</summary>
    /// <param name="file">Path of the model.</param>
    /// <param name="rest">Further keys, each after a comma.</param>
    public static EncoderOptions Options(string file, string rest = "") =>
        Read($$"""{ "encoder": { "file": "{{file}}"{{rest}} } }""")[0];
}
