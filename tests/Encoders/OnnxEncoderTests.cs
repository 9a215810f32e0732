using Distill.Encoders.Models;
using Distill.Pipeline.Options;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Encoders;

/// <summary>What an encoder sees: every form of input and output, against features in closed form.</summary>
[Collection(TorchTests.Name)]
public sealed class OnnxEncoderTests : IDisposable
{
    private const int Size = 6;

    private static readonly double[] Mean = [0.485, 0.456, 0.406];
    private static readonly double[] Deviation = [0.229, 0.224, 0.225];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<long?[], long, bool> Inputs => new()
    {
        { [1, 3, Size, Size], 1, false },
        { [null, 3, Size, Size], 1, false },
        { [4, 3, Size, Size], 1, true },
        { [null, Size, Size, 3], 1, false },
        { [null, 3, null, null], 1, false },
        { [null, 3, Size, Size], 10, false },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Images_are_normalized_in_every_form_of_input(long?[] shape, long type, bool keep)
    {
        var path = EncoderModels.ChannelMeans(_folder, "model.onnx", shape, type, keep);
        using var encoder = OnnxEncoder.Open(EncoderModels.Options(path, $$""", "size": {{Size}}"""));
        using var scope = NewDisposeScope();
        var images_N3SS = Images(5);

        var features_ND = encoder.Features(images_N3SS);

        Assert.Equal([5, 3], features_ND.shape);
        Close.To(Means(images_N3SS, Mean, Deviation), features_ND.to_type(ScalarType.Float64), type == 10 ? 5e-3 : 1e-5);
    }

    [Fact]
    public void Bytes_are_not_normalized()
    {
        var path = EncoderModels.ChannelMeans(_folder, "model.onnx", [null, 3, Size, Size], type: 2);
        using var encoder = OnnxEncoder.Open(EncoderModels.Options(path));
        using var scope = NewDisposeScope();
        var expected = Means(Images(2), [0, 0, 0], [1 / 255.0, 1 / 255.0, 1 / 255.0]);
        Close.To(expected, encoder.Features(Images(2)).to_type(ScalarType.Float64), 1e-4);
    }

    [Fact]
    public void Blue_comes_first_in_bgr()
    {
        var path = EncoderModels.ChannelMeans(_folder, "model.onnx", [null, 3, Size, Size]);
        using var encoder = OnnxEncoder.Open(EncoderModels.Options(path, """, "channelOrder": "bgr" """));
        using var scope = NewDisposeScope();
        Close.To(Means(Images(2).flip(1), Mean, Deviation), encoder.Features(Images(2)).to_type(ScalarType.Float64), 1e-5);
    }

    public static TheoryData<string, string, string, double[], double[]> Files => new()
    {
        {
            "preprocessor_config.json", """{ "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4] }""", "",
            [0.5, 0.4, 0.3], [0.2, 0.3, 0.4]
        },
        {
            "preprocessor_config.json",
            """{ "image_mean": [127.5, 102, 76.5], "image_std": [51, 51, 51], "do_rescale": false }""", "", [0.5, 0.4, 0.3], [0.2, 0.2, 0.2]
        },
        { "preprocessor_config.json", """{ "do_normalize": false, "do_rescale": true }""", "", [0, 0, 0], [1, 1, 1] },
        {
            "preprocessor_config.json",
            """{ "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "rescale_factor": 0.00784313725 }""",
            "", [0.25, 0.25, 0.25], [0.25, 0.25, 0.25]
        },
        {
            "config.json", """{ "pretrained_cfg": { "mean": [0.1, 0.2, 0.3], "std": [0.5, 1, 0.25] } }""", "",
            [0.1, 0.2, 0.3], [0.5, 1, 0.25]
        },
        {
            "preprocessor_config.json", """{ "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5] }""",
            """, "mean": [0, 0.1, 0.2], "deviation": [1, 1, 0.5]""", [0, 0.1, 0.2], [1, 1, 0.5]
        },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Normalization_comes_from_options_then_from_the_file_beside_the_model(
        string file, string content, string options, double[] mean, double[] deviation)
    {
        var path = EncoderModels.ChannelMeans(_folder, "model.onnx", [null, 3, Size, Size]);
        _folder.Write(file, content);
        using var encoder = OnnxEncoder.Open(EncoderModels.Options(path, options));
        using var scope = NewDisposeScope();
        Close.To(Means(Images(3), mean, deviation), encoder.Features(Images(3)).to_type(ScalarType.Float64), 1e-5);
    }

    [Fact]
    public void Size_of_a_free_input_comes_from_the_file_in_the_folder_above_onnx()
    {
        var path = EncoderModels.ChannelMeans(_folder, "onnx/model.onnx", [null, 3, null, null]);
        _folder.Write(
            "preprocessor_config.json",
            """
            {
              "image_mean": [0, 0, 0], "image_std": [1, 1, 1],
              "size": { "shortest_edge": 8 }, "crop_size": { "height": 6, "width": 6 }
            }
            """);
        using var encoder = OnnxEncoder.Open(EncoderModels.Options(path));
        Assert.Equal(6, encoder.Size);
    }

    [Theory]
    [InlineData("auto", true)]
    [InlineData("class-token", true)]
    [InlineData("mean", false)]
    public void Tokens_become_one_vector(string pooling, bool first)
    {
        var path = EncoderModels.Tokens(_folder, "model.onnx", Size);
        using var encoder = OnnxEncoder.Open(EncoderModels.Options(
            path, $$""", "pooling": "{{pooling}}", "mean": [0, 0, 0], "deviation": [1, 1, 1]"""));
        using var scope = NewDisposeScope();
        var pixels = Images(2).to_type(ScalarType.Float64).div(255);
        var expected = first ? pixels[TensorIndex.Colon, TensorIndex.Colon, 0, 0] : pixels.mean([2, 3]);
        Close.To(expected, encoder.Features(Images(2)).to_type(ScalarType.Float64), 1e-6);
    }

    [Fact]
    public void Features_of_an_image_do_not_depend_on_the_others()
    {
        var path = EncoderModels.ChannelMeans(_folder, "model.onnx", [null, 3, Size, Size]);
        using var encoder = OnnxEncoder.Open(EncoderModels.Options(path));
        using var scope = NewDisposeScope();
        var together = encoder.Features(Images(11));
        var alone = cat([.. Images(11).split(1).Select(image => encoder.Features(image))]);
        Close.Exactly(alone, together);
    }

    [Theory]
    [InlineData("absent", "", "absent.onnx")]
    [InlineData("text", "", "text.onnx ($.pretrain.encoder): ")]
    [InlineData("two inputs", "", "found the inputs images, text, expected one")]
    [InlineData("two inputs", """, "input": "images" """, "found the inputs images, text, expected only images")]
    [InlineData("two outputs", "", "found the outputs first, second, expected one")]
    [InlineData("4x4", """, "size": 8""", "takes 4×4 pixels, expected a square of size 8")]
    [InlineData("4x5", "", "takes 4×5 pixels, expected a square")]
    [InlineData("five channels", "", "expected 3 channels")]
    [InlineData("4x4", """, "output": "logits" """, "expected logits")]
    [InlineData("4x4", """, "input": "pixels" """, "expected pixels")]
    [InlineData("4x4", """, "mean": [0, 0], "deviation": [1, 1]""", "found 2 values of mean and deviation, expected 3")]
    public void Model_that_cannot_serve_is_refused_with_its_name(string model, string options, string message)
    {
        var path = model switch
        {
            "absent" => _folder["absent.onnx"],
            "text" => _folder.Write("text.onnx", "not a model"),
            "two inputs" => EncoderModels.Ambiguous(_folder, "m.onnx", inputs: true),
            "two outputs" => EncoderModels.Ambiguous(_folder, "m.onnx", inputs: false),
            "4x5" => EncoderModels.ChannelMeans(_folder, "m.onnx", [1, 3, 4, 5]),
            "five channels" => EncoderModels.ChannelMeans(_folder, "m.onnx", [1, 5, 4, 4]),
            _ => EncoderModels.ChannelMeans(_folder, "m.onnx", [1, 3, 4, 4]),
        };
        var encoder = EncoderModels.Options(path, options);
        var error = Assert.Throws<UserException>(() => OnnxEncoder.Open(encoder).Dispose());
        Assert.Contains(message, error.Message);
        Assert.Contains("$.pretrain.encoder", error.Message);
    }

    [Fact]
    public void Damaged_file_beside_the_model_is_named()
    {
        var path = EncoderModels.ChannelMeans(_folder, "model.onnx", [null, 3, Size, Size]);
        var file = _folder.Write("preprocessor_config.json", "{ \"image_mean\": [\"red\"] }");
        var error = Assert.Throws<UserException>(() => OnnxEncoder.Open(EncoderModels.Options(path)).Dispose());
        Assert.StartsWith(file, error.Message);
    }

    private static Tensor Images(int count) =>
        Pattern.Uniform("encoder", count, 3, Size, Size).add(1).mul(127.5).round().to_type(ScalarType.Byte);

    private static Tensor Means(Tensor images_N3SS, double[] mean, double[] deviation) =>
        images_N3SS.to_type(ScalarType.Float64).div(255).mean([2, 3])
            .sub(tensor(mean, ScalarType.Float64)).div(tensor(deviation, ScalarType.Float64));
}
