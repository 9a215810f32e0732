using Distill.Encoders.Options;
using Distill.Pipeline.Options;

namespace Tests.Encoders;

public sealed class EncoderOptionsTests
{
    [Theory]
    [InlineData("dinov2.onnx", "dinov2")]
    [InlineData("models/dinov2/model.onnx", "dinov2")]
    [InlineData("models/dinov2/onnx/model.onnx", "dinov2")]
    [InlineData("models/clip/onnx/vision_model.onnx", "vision_model")]
    [InlineData("/model.onnx", "model")]
    [InlineData("/onnx/model.onnx", "model")]
    public void Name_is_that_of_the_file_or_of_its_folder(string file, string name) =>
        Assert.Equal(name, EncoderModels.Options(file).Name);

    [Fact]
    public void Configured_name_replaces_that_of_the_file() =>
        Assert.Equal("small", EncoderModels.Options("dinov2.onnx", """, "name": "small" """).Name);

    [Fact]
    public void Models_of_two_repositories_have_two_names()
    {
        var encoders = EncoderModels.Read("""{ "encoder": ["dinov2/onnx/model.onnx", "clip/onnx/model.onnx"] }""");
        Assert.Equal(["dinov2", "clip"], encoders.Select(encoder => encoder.Name));
    }

    [Fact]
    public void Two_encoders_of_one_name_are_refused_with_their_files()
    {
        var error = Assert.Throws<UserException>(() => EncoderModels.Read("""{ "encoder": ["a/clip.onnx", "b/clip.onnx"] }"""));
        Assert.Contains("found two encoders named clip (a/clip.onnx, b/clip.onnx), expected different names", error.Message);
        Assert.Contains("set the name", error.Message);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    public void Empty_name_is_refused(string name)
    {
        var error = Assert.Throws<UserException>(() => EncoderModels.Options("a.onnx", $$""", "name": {{name}}"""));
        Assert.Contains("$.pretrain.encoder.name", error.Message);
    }

    /// <summary>The content of the file is an input, so that a moved or renamed one needs no new run.</summary>
    [Fact]
    public void Key_has_neither_path_nor_name() => Assert.Equal(
        EncoderModels.Options("a.onnx").ToJson().ToJsonString(),
        EncoderModels.Options("b/model.onnx", """, "name": "other" """).ToJson().ToJsonString());

    [Fact]
    public void Known_encoder_has_its_own_preprocessing()
    {
        var known = EncoderModels.Read("""{ "encoder": "imagenet-resnet18" }""")[0];
        Assert.Equal("imagenet-resnet18", known.Name);
        Assert.Equal(
            known.ToJson().ToJsonString(), EncoderModels.Read($$"""{ "encoder": "{{known.File}}" }""")[0].ToJson().ToJsonString());
        Assert.Equal(ChannelOrder.Bgr, known.ChannelOrder);
        Assert.Equal([103.06, 115.90, 123.15], known.Normalization!.Mean.Select(value => Math.Round(value * 255, 2)));
    }
}
