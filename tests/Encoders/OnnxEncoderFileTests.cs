using Distill.Encoders.Models;
using Distill.Pipeline.Options;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static Tests.Encoders.EncoderModels;
using static TorchSharp.torch;

namespace Tests.Encoders;

/// <summary>What the files beside a model state about its input, and where each value comes from.</summary>
[Collection(TorchTests.Name)]
public sealed class OnnxEncoderFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
        { "preprocessor_config.json", """{ "do_rescale": true }""", "", [0, 0, 0], [1, 1, 1] },
        { "preprocessor_config.json", """{ "do_rescale": false }""", "", [0, 0, 0], [1 / 255.0, 1 / 255.0, 1 / 255.0] },
        { "preprocessor_config.json", """{ "rescale_factor": 0.00784313725490196 }""", "", [0, 0, 0], [0.5, 0.5, 0.5] },
        {
            "preprocessor_config.json",
            """{ "rescale_factor": 0.00784313725490196, "rescale_offset": true, "do_normalize": false }""", "",
            [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]
        },
        {
            "preprocessor_config.json", """{ "rescale_offset": true, "image_mean": [-1, -0.5, 0], "image_std": [1, 0.5, 1] }""", "",
            [0, 0.5, 1], [1, 0.5, 1]
        },
        {
            "config.json", """{ "mean": [0.1, 0.2, 0.3], "std": [0.5, 1, 0.25], "input_size": [3, 6, 6] }""", "",
            [0.1, 0.2, 0.3], [0.5, 1, 0.25]
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
        var path = ChannelMeans(_folder, "model.onnx", [null, 3, Side, Side]);
        _folder.Write(file, content);
        using var encoder = OnnxEncoder.Open(Options(path, options));
        using var scope = NewDisposeScope();
        Close.To(Means(Images(3), mean, deviation), encoder.Features(Images(3)).to_type(ScalarType.Float64), 1e-5);
    }

    [Fact]
    public void Size_of_a_free_input_comes_from_the_file_in_the_folder_above_onnx()
    {
        var path = ChannelMeans(_folder, "onnx/model.onnx", [null, 3, null, null]);
        _folder.Write(
            "preprocessor_config.json",
            """
            {
              "image_mean": [0, 0, 0], "image_std": [1, 1, 1],
              "size": { "shortest_edge": 8 }, "crop_size": { "height": 6, "width": 6 }
            }
            """);
        using var encoder = OnnxEncoder.Open(Options(path));
        Assert.Equal(6, encoder.Size);
    }

    [Theory]
    [InlineData("", null, "6×6 pixels (the model), red first (default), mean [0.485, 0.456, 0.406]", "(default, those of ImageNet)")]
    [InlineData(
        """, "channelOrder": "bgr" """, """{ "image_mean": 0.5, "image_std": 0.25 }""",
        "blue first (configured), mean [0.5, 0.5, 0.5] and deviation [0.25, 0.25, 0.25]", "preprocessor_config.json)")]
    [InlineData(
        """, "mean": [0, 0, 0], "deviation": [1, 1, 1]""", null, "mean [0, 0, 0] and deviation [1, 1, 1] (configured)", "(configured)")]
    public void Summary_tells_where_each_value_comes_from(string options, string? file, string values, string from)
    {
        var path = ChannelMeans(_folder, "model.onnx", [null, 3, Side, Side]);
        if (file is not null)
        {
            _folder.Write("preprocessor_config.json", file);
        }

        using var encoder = OnnxEncoder.Open(Options(path, options));
        Assert.Contains(values, encoder.Summary);
        Assert.EndsWith(from, encoder.Summary);
    }

    [Theory]
    [InlineData("""{ "image_mean": ["red"] }""", "found image_mean and image_std [\"red\"] and null")]
    [InlineData("""{ "size": 8, "size": 16 }""", "found no valid description of an image processor")]
    [InlineData("not JSON", "found no valid description of an image processor")]
    [InlineData("[]", "it is not an object")]
    [InlineData("""{ "input_size": [3, null, null] }""", "found input_size [3,null,null], expected equal height and width")]
    [InlineData("""{ "pretrained_cfg": { "input_size": [3, 224, 192] } }""", "found input_size [3,224,192], expected equal")]
    [InlineData("""{ "size": -4 }""", "found size -4, expected equal height and width, whole numbers in [1, 4096]")]
    [InlineData("""{ "size": { "height": 0, "width": 0 } }""", "found size {\"height\":0,\"width\":0}, expected")]
    [InlineData("""{ "size": { "height": 64 } }""", "found size {\"height\":64}, expected")]
    [InlineData("""{ "crop_size": { "shortest_edge": 1000000 } }""", "found crop_size {\"shortest_edge\":1000000}, expected")]
    [InlineData("""{ "size": "large" }""", "found size \"large\", expected")]
    [InlineData("""{ "do_center_crop": "no" }""", "found do_center_crop \"no\", expected true or false")]
    [InlineData("""{ "do_rescale": 1 }""", "found do_rescale 1, expected true or false")]
    [InlineData("""{ "rescale_factor": 0 }""", "found rescale_factor 0, expected a number above 0")]
    [InlineData("""{ "rescale_factor": -1 }""", "found rescale_factor -1, expected a number above 0")]
    [InlineData("""{ "do_flip_channel_order": true, "do_normalize": true }""", "found do_flip_channel_order without image_mean")]
    public void Odd_file_beside_the_model_is_named(string content, string message)
    {
        var path = ChannelMeans(_folder, "model.onnx", [null, 3, Side, Side]);
        var file = _folder.Write("preprocessor_config.json", content);
        var error = Assert.Throws<UserException>(() => OnnxEncoder.Open(Options(path)).Dispose());
        Assert.StartsWith(file, error.Message);
        Assert.Contains(message, error.Message);
    }
}
