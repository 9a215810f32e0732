using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Evaluate;
using Distill.Imaging.Evaluation;
using Distill.Learning.Networks;
using Tests.Learning;

namespace Tests.Evaluate;

/// <summary>The results table against plain loops in fp64.</summary>
[Collection(TorchTests.Name)]
public sealed class EvaluateStageTests : IDisposable
{
    private static readonly int[] Labeled = [0, 1, 2, 3, 4, 5];
    private static readonly ClassifierSource Student = TinyNetworks.Student("supervised");
    private static readonly ClassifierSource Teacher = TinyNetworks.FineTuned("finetune", 0);
    private static readonly NeighborOptions Neighbors = new(3, 0.1);

    private readonly StageFixture _fixture = new();
    private readonly TinyDataset _dataset = new();

    public EvaluateStageTests()
    {
        _fixture.Inputs[Student.Artifact] = TinyNetworks.Write(_fixture.Folder, "student.safetensors", Student);
        _fixture.Inputs[Teacher.Artifact] = TinyNetworks.Write(_fixture.Folder, "teacher.safetensors", Teacher);
        foreach (var (stage, seconds) in new[] { ("supervised", 1.25), ("pretrain", 10), ("finetune", 2.5) })
        {
            _fixture.UpstreamMetrics[stage] = new JsonObject { ["seconds"] = seconds };
        }
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Figures_equal_a_plain_computation()
    {
        var row = Run(new Candidate("supervised", "protocol", Student, [Student.Artifact])).Single();

        var test = _dataset.Test();
        var logits = PlainInference.Logits(Student, _fixture.Inputs[Student.Artifact], test);
        Assert.Equal(PlainInference.Top1(logits, test.Labels), row.Top1, 0.0051);
        Assert.Equal(PlainInference.MeanPerClass(logits, test.Labels), row.Figure("meanPerClass")!.Value, 0.0051);
        Assert.Equal(PlainInference.NegativeLogLikelihood(logits, test.Labels), row.Figure("negativeLogLikelihood")!.Value, 0.000051);
        Assert.Equal(PlainInference.CalibrationError(logits, test.Labels), row.Figure("calibrationError")!.Value, 0.000051);
        Assert.Null(row.Figure("top5"));
    }

    [Fact]
    public void Neighbors_vote_as_in_a_plain_computation()
    {
        var all = Knn with { Name = "knn-all", Labels = LabelUsage.All };
        var rows = Run(Knn, all);

        Assert.Equal(VotedTop1(Labeled), rows[0].Top1, 0.0051);
        Assert.Equal(VotedTop1([.. Enumerable.Range(0, _dataset.Train().Count)]), rows[1].Top1, 0.0051);
    }

    [Fact]
    public void Rows_state_time_labels_and_size_of_each_candidate()
    {
        var rows = Run(
            new Candidate("teacher", "a", Teacher, [TinyNetworks.PretrainedArtifact, Teacher.Artifact]),
            new Candidate("imported", "b", Teacher, [Teacher.Artifact]) { Labels = LabelUsage.None },
            new Candidate("linear", "c", Teacher, [Teacher.Artifact]) { Labels = LabelUsage.All });

        Assert.Equal([12.5, 2.5, 2.5], rows.Select(row => row.Seconds));
        Assert.Equal([6, 0, 36], rows.Select(row => row.Labels));
        Assert.Equal(["a", "b", "c"], rows.Select(row => row.Protocol));
        Assert.All(rows, row => Assert.Equal(new FileInfo(_fixture.Inputs[Teacher.Artifact]).Length, row.Bytes));
    }

    [Fact]
    public void Confusion_matrix_counts_every_test_image_in_the_row_of_its_class()
    {
        Run(new Candidate("supervised", "protocol", Student, [Student.Artifact]));

        var details = JsonNode.Parse(File.ReadAllText(_fixture.Folder[EvaluateStage.Details]))!["supervised"]!;
        var rows = details["confusion"]!.AsArray().Select(row => row!.AsArray().Sum(count => count!.GetValue<long>()));
        Assert.Equal([10, 10, 10], rows);
    }

    private static Candidate Knn => new("knn", "protocol", Teacher, [Teacher.Artifact]) { Neighbors = Neighbors };

    private IReadOnlyList<ResultRow> Run(params Candidate[] candidates)
    {
        EvaluateStage.Run(
            _fixture.Context("evaluate"),
            candidates,
            StageFixture.Settings,
            _dataset,
            TinyDataset.Labeled(_fixture.Folder, "labels.txt", Labeled),
            _fixture.Folder.Path);
        return ResultsFile.Read(_fixture.Folder[EvaluateStage.Json]);
    }

    /// <summary>The vote of the nearest neighbors by cosine, one image and one neighbor at a time.</summary>
    private double VotedTop1(int[] voters)
    {
        var (train, test) = (_dataset.Train(), _dataset.Test());
        using var network = (FineTunedNetwork)Teacher.Load(
            _fixture.Inputs[Teacher.Artifact], 1, TinyDataset.Classes, StageFixture.Settings.Compute);
        var bank = PlainInference.Run(network.Encoder, train);
        var votes = PlainInference.Run(network.Encoder, test).Select(features =>
        {
            var vote = new double[TinyDataset.Classes];
            var nearest = voters.Select(image => (image, Cosine: Cosine(bank[image], features)))
                .OrderByDescending(voter => voter.Cosine)
                .Take(Neighbors.Neighbors);
            foreach (var (image, cosine) in nearest)
            {
                vote[train.Labels[image]] += Math.Exp(cosine / Neighbors.Temperature);
            }

            return vote;
        });
        return PlainInference.Top1([.. votes], test.Labels);
    }

    private static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));
}
