using Distill.Encoders.Models;
using Distill.Encoders.Options;
using Distill.Pipeline.Options;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static Tests.Encoders.EncoderModels;
using static TorchSharp.torch;

namespace Tests.Encoders;

/// <summary>What an encoder sees: every form of input and output, against features in closed form.</summary>
[Collection(TorchTests.Name)]
public sealed class OnnxEncoderTests : IDisposable
{
    private static readonly double[] Mean = [0.485, 0.456, 0.406];
    private static readonly double[] Deviation = [0.229, 0.224, 0.225];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<long?[], long, bool> Inputs => new()
    {
        { [1, 3, Side, Side], 1, false },
        { [null, 3, Side, Side], 1, false },
        { [4, 3, Side, Side], 1, true },
        { [null, Side, Side, 3], 1, false },
        { [null, 3, null, null], 1, false },
        { [null, 3, Side, Side], 10, false },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Images_are_normalized_in_every_form_of_input(long?[] shape, long type, bool keep)
    {
        var path = ChannelMeans(_folder, "model.onnx", shape, type, keep);
        using var encoder = OnnxEncoder.Open(Options(path, $$""", "size": {{Side}}"""));
        using var scope = NewDisposeScope();
        var images_N3SS = Images(5);

        var features_ND = encoder.Features(images_N3SS);

        Assert.Equal([5, 3], features_ND.shape);
        Close.To(Means(images_N3SS, Mean, Deviation), features_ND.to_type(ScalarType.Float64), type == 10 ? 5e-3 : 1e-5);
    }

    [Fact]
    public void Bytes_are_not_normalized()
    {
        var path = ChannelMeans(_folder, "model.onnx", [null, 3, Side, Side], type: 2);
        using var encoder = OnnxEncoder.Open(Options(path));
        using var scope = NewDisposeScope();
        var expected = Means(Images(2), [0, 0, 0], [1 / 255.0, 1 / 255.0, 1 / 255.0]);
        Close.To(expected, encoder.Features(Images(2)).to_type(ScalarType.Float64), 1e-4);
    }

    /// <summary>The default and files have red first; options are in the order of the model.</summary>
    [Theory]
    [InlineData(""", "channelOrder": "bgr" """, null, new[] { 0.406, 0.456, 0.485 }, new[] { 0.225, 0.224, 0.229 }, true)]
    [InlineData(
        """, "channelOrder": "bgr" """, """{ "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6] }""",
        new[] { 0.3, 0.2, 0.1 }, new[] { 0.6, 0.5, 0.4 }, true)]
    [InlineData(
        """, "channelOrder": "bgr", "mean": [0.1, 0.2, 0.3], "deviation": [0.4, 0.5, 0.6]""", null,
        new[] { 0.1, 0.2, 0.3 }, new[] { 0.4, 0.5, 0.6 }, true)]
    [InlineData("", """{ "do_flip_channel_order": true }""", new[] { 0.0, 0, 0 }, new[] { 1.0, 1, 1 }, true)]
    [InlineData(
        "", """{ "do_flip_channel_order": true, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6] }""",
        new[] { 0.3, 0.2, 0.1 }, new[] { 0.6, 0.5, 0.4 }, true)]
    [InlineData(
        """, "channelOrder": "rgb" """, """{ "do_flip_channel_order": true }""", new[] { 0.0, 0, 0 }, new[] { 1.0, 1, 1 }, false)]
    public void Blue_comes_first_in_bgr(string options, string? file, double[] mean, double[] deviation, bool bgr)
    {
        var path = ChannelMeans(_folder, "model.onnx", [null, 3, Side, Side]);
        if (file is not null)
        {
            _folder.Write("preprocessor_config.json", file);
        }

        using var encoder = OnnxEncoder.Open(Options(path, options));
        using var scope = NewDisposeScope();
        var images = bgr ? Images(2).flip(1) : Images(2);
        Close.To(Means(images, mean, deviation), encoder.Features(Images(2)).to_type(ScalarType.Float64), 1e-5);
    }

    [Fact]
    public void Known_encoder_subtracts_the_mean_of_each_of_its_channels()
    {
        var path = ChannelMeans(_folder, "model.onnx", [null, 3, Side, Side]);
        var known = KnownEncoder.All["imagenet-resnet18"].Options with { File = path };
        using var encoder = OnnxEncoder.Open(known);
        using var scope = NewDisposeScope();
        var expected = Means(
            Images(2).flip(1), [103.06 / 255, 115.90 / 255, 123.15 / 255], [1 / 255.0, 1 / 255.0, 1 / 255.0]);
        Close.To(expected, encoder.Features(Images(2)).to_type(ScalarType.Float64), 1e-3);
    }

    public static TheoryData<long?[]> Layouts => new() { { [null, 3, Side, Side] }, { [null, Side, Side, 3] }, { [2, Side, Side, 3] } };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Maps_are_averaged_over_their_positions(long?[] shape)
    {
        using var encoder = OnnxEncoder.Open(Options(EncoderModels.Maps(_folder, "model.onnx", shape)));
        using var scope = NewDisposeScope();
        Assert.Equal(3, encoder.Dimensions);
        Close.To(Means(Images(3), Mean, Deviation), encoder.Features(Images(3)).to_type(ScalarType.Float64), 1e-5);
    }

    [Theory]
    [InlineData("auto", true)]
    [InlineData("class-token", true)]
    [InlineData("mean", false)]
    public void Tokens_become_one_vector(string pooling, bool first)
    {
        var path = EncoderModels.Tokens(_folder, "model.onnx", Side);
        using var encoder = OnnxEncoder.Open(Options(
            path, $$""", "pooling": "{{pooling}}", "mean": [0, 0, 0], "deviation": [1, 1, 1]"""));
        using var scope = NewDisposeScope();
        var pixels = Images(2).to_type(ScalarType.Float64).div(255);
        var expected = first ? pixels[TensorIndex.Colon, TensorIndex.Colon, 0, 0] : pixels.mean([2, 3]);
        Close.To(expected, encoder.Features(Images(2)).to_type(ScalarType.Float64), 1e-6);
    }

    /// <summary>A model of fixed or free batch size, with real convolutions or with a scale that the whole batch shares.</summary>
    [Theory]
    [InlineData("network", 1)]
    [InlineData("quantized", 1)]
    [InlineData("quantized of 4", 1)]
    [InlineData("means of 4", 4)]
    [InlineData("always 1", 1)]
    public void Features_of_an_image_do_not_depend_on_the_others(string model, int together)
    {
        const int side = 32;
        var path = model switch
        {
            "network" => EncoderModels.Network(_folder, "model.onnx", side),
            "quantized" => EncoderModels.Quantized(_folder, "model.onnx", null, side),
            "quantized of 4" => EncoderModels.Quantized(_folder, "model.onnx", 4, side),
            "means of 4" => ChannelMeans(_folder, "model.onnx", [4, 3, side, side]),
            _ => EncoderModels.Reshaped(_folder, "model.onnx", [null, 3, side, side], 1, -1),
        };
        using var encoder = OnnxEncoder.Open(Options(path));
        using var scope = NewDisposeScope();

        // Image after image has a larger range, so that a shared scale would change all but the last.
        var images_N3SS = Pattern.Uniform("neighbors", 11, 3, side, side)
            .mul(arange(1, 12).reshape(-1, 1, 1, 1).div(11)).add(1).mul(127.5).to_type(ScalarType.Byte);
        var alone = cat([.. images_N3SS.split(1).Select(image => encoder.Features(image))]);

        Close.Exactly(alone, encoder.Features(images_N3SS));
        Close.Exactly(alone.flip(0), encoder.Features(images_N3SS.flip(0)));
        Assert.Equal(together, encoder.BatchMultiple);
    }

    public static TheoryData<long?[], long[], string> WrongRows => new()
    {
        { [4, 3, Side, Side], [1, -1], "output features has the shape [1, 432], expected 4 rows for a batch of 4" },
        { [null, 3, Side, Side], [12, -1], "output features has the shape [12, 9], expected 1 rows for a batch of 1" },
        { [null, 3, Side, Side], [-1], "output features has the shape [108], expected 1 rows for a batch of 1" },
    };

    [Theory]
    [MemberData(nameof(WrongRows))]
    public void Output_without_a_row_per_image_is_refused(long?[] shape, long[] output, string message)
    {
        var path = EncoderModels.Reshaped(_folder, "model.onnx", shape, output);
        var error = Assert.Throws<UserException>(() => OnnxEncoder.Open(Options(path)).Dispose());
        Assert.StartsWith($"{path} ($.pretrain.encoder): {message}", error.Message);
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
    [InlineData("five channels", """, "layout": "nchw" """, "has the shape [1, 5, 4, 4], expected 3 channels")]
    [InlineData("4x4", """, "layout": "nhwc" """, "has the shape [1, 3, 4, 4], expected 3 channels")]
    [InlineData("free channels", "", "which does not tell which dimension has the channels; set layout to nchw or nhwc")]
    [InlineData("bytes", """, "mean": [0, 0, 0], "deviation": [1, 1, 1]""", "which the model normalizes; remove both")]
    [InlineData("4x4", """, "output": "logits" """, "expected logits")]
    [InlineData("4x4", """, "input": "pixels" """, "expected pixels")]
    [InlineData("4x4", """, "mean": [0, 0], "deviation": [1, 1]""", "found 2 values of mean and deviation, expected 3")]
    public void Model_that_cannot_serve_is_refused_with_its_name(string model, string options, string message)
    {
        var path = model switch
        {
            "absent" => _folder["absent.onnx"],
            "text" => _folder.Write("text.onnx", "not a model"),
            "two inputs" => Ambiguous(_folder, "m.onnx", inputs: true),
            "two outputs" => Ambiguous(_folder, "m.onnx", inputs: false),
            "4x5" => ChannelMeans(_folder, "m.onnx", [1, 3, 4, 5]),
            "free channels" => ChannelMeans(_folder, "m.onnx", [1, null, 4, 4]),
            "bytes" => ChannelMeans(_folder, "m.onnx", [1, 3, 4, 4], type: 2),
            "five channels" => ChannelMeans(_folder, "m.onnx", [1, 5, 4, 4]),
            _ => ChannelMeans(_folder, "m.onnx", [1, 3, 4, 4]),
        };
        var encoder = Options(path, options);
        var error = Assert.Throws<UserException>(() => OnnxEncoder.Open(encoder).Dispose());
        Assert.Contains(message, error.Message);
        Assert.Contains("$.pretrain.encoder", error.Message);
    }
}
