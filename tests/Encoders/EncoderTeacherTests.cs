using Distill.Datasets.Images;
using Distill.Encoders;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Probes;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Training;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Encoders;

[Collection(TorchTests.Name)]
public sealed class EncoderTeacherTests : IDisposable
{
    private const int Classes = 4;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_encoder_gives_its_linear_layer_in_any_precision(bool bf16)
    {
        using var scope = NewDisposeScope();
        using var teacher = Teacher("a");
        teacher.SetClassifier(0, Classifier("first"));
        var images_NCHW = Images(3, 6);
        var expected_NK = images_NCHW.mean([2, 3]).mm(Classifier("first").Weight_KD.t()).add(Classifier("first").Bias_K);

        using var form = InferenceNetwork.Create(teacher, new Compute(CPU, bf16));
        Close.To(expected_NK.to_type(ScalarType.Float64), form.Forward(images_NCHW).to_type(ScalarType.Float64), 1e-5);
    }

    [Fact]
    public void Several_encoders_average_their_probabilities()
    {
        using var scope = NewDisposeScope();
        using var teacher = Teacher("a", "b");
        teacher.SetClassifier(0, Classifier("first"));
        teacher.SetClassifier(1, Classifier("second"));
        var features_ND = Images(3, 6).mean([2, 3]).to_type(ScalarType.Float64);
        var expected_NK = Probabilities("first").add(Probabilities("second")).div(2);

        Close.To(expected_NK, teacher.forward(Images(3, 6)).to_type(ScalarType.Float64).softmax(1), 1e-5);

        Tensor Probabilities(string name) => features_ND.mm(Classifier(name).Weight_KD.to_type(ScalarType.Float64).t())
            .add(Classifier(name).Bias_K).softmax(1);
    }

    [Fact]
    public void Gray_images_are_repeated()
    {
        using var scope = NewDisposeScope();
        using var teacher = Teacher("a");
        var gray = Images(2, 6)[TensorIndex.Colon, ..1];
        Close.Exactly(teacher.Features(0, gray.expand(-1, 3, -1, -1)), teacher.Features(0, gray));
    }

    [Fact]
    public void Larger_views_are_scaled_down_by_their_mean()
    {
        using var scope = NewDisposeScope();
        using var teacher = Teacher("a");
        Close.To(Images(2, 12).mean([2, 3]), teacher.Features(0, Images(2, 12)), 2.0 / 255);
    }

    /// <summary>An image of 518 pixels fills a batch alone, unless the model takes several at a time anyway.</summary>
    [Theory]
    [InlineData(null, 518, 1)]
    [InlineData(4L, 518, 4)]
    [InlineData(null, 6, 500)]
    [InlineData(3L, 6, 498)]
    public void Batches_are_multiples_of_those_of_the_model(long? batch, int size, int expected)
    {
        var path = EncoderModels.ChannelMeans(_folder, "model.onnx", [batch, 3, size, size]);
        using var teacher = new EncoderTeacher([EncoderModels.Options(path)], _folder["features"], Classes, _ => { });
        Assert.Equal(expected, Inference.BatchSize(new ImageShape(3, 32, 32), new Compute(CPU, Bf16: false), teacher));
    }

    [Fact]
    public void Weights_survive_a_file()
    {
        using var scope = NewDisposeScope();
        using var teacher = Teacher("a", "b");
        teacher.SetClassifier(0, Classifier("first"));
        teacher.SetClassifier(1, Classifier("second"));
        using (var file = File.Create(_folder["weights"]))
        {
            Weights.Save(teacher, file);
        }

        using var loaded = Teacher("a", "b");
        Weights.Load(loaded, _folder["weights"]);
        Close.Exactly(teacher.forward(Images(3, 6)), loaded.forward(Images(3, 6)));
    }

    private EncoderTeacher Teacher(params string[] names) => new(
        [
            .. names.Select(name => EncoderModels.Options(
                EncoderModels.ChannelMeans(_folder, $"{name}.onnx", [null, 3, 6, 6]), """, "mean": [0, 0, 0], "deviation": [1, 1, 1]""")),
        ],
        _folder["features"],
        Classes,
        _ => { });

    private static LinearClassifier Classifier(string key) =>
        new(Pattern.Uniform(key, Classes, 3).mul(8), Pattern.Uniform(key + "bias", Classes));

    private static Tensor Images(int count, int size) =>
        Pattern.Uniform("teacher", count, 3, size, size).add(1).mul(127.5).round().div(255);
}
