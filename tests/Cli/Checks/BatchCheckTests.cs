namespace Tests.Cli.Checks;

/// <summary>Batches, queues and evaluations that are larger than the number of images.</summary>
public sealed class BatchCheckTests : IDisposable
{
    private readonly CheckedFolder _folder = new();

    [Theory]
    [InlineData("""{ "pretrain": { "batchSize": 103 } }""", "pretrain.batchSize: found 103, expected at most the 102 training images: ")]
    [InlineData(
        """{ "pretrain": { "batchSize": 16, "queue": { "size": 205 } } }""", "pretrain.queue.size: found 205, expected at most 204, ")]
    [InlineData("""{ "finetune": { "batchSize": 7 } }""", "finetune.batchSize: found 7, expected at most the 6 labeled images: ")]
    [InlineData("""{ "supervised": { "batchSize": 7 } }""", "supervised.batchSize: found 7, expected at most the 6 labeled images: ")]
    [InlineData(
        """{ "rounds": { "distill": { "label": { "viewsPerImage": 2 }, "student": { "batchSize": 205, "steps": 2 } } } }""",
        "rounds.distill.student.batchSize: found 205, expected at most the 204 views: ")]
    [InlineData(
        """{ "rounds": { "distill": { "student": { "batchSize": 16, "steps": 2, "alpha": 0.5, "labeledBatchSize": 7 } } } }""",
        "rounds.distill.student.labeledBatchSize: found 7, expected at most the 6 labeled images: ")]
    [InlineData(
        """{ "rounds": { "distill": { "label": { "viewsPerImage": 1 }, "student": { "images": "labeled", "batchSize": 8, "steps": 2 }}}}""",
        "rounds.distill.student.batchSize: found 8, expected at most the 6 views: ")]
    public void A_batch_larger_than_its_images_is_odd(string change, string message) =>
        Assert.StartsWith(message, Assert.Single(_folder.Check(change).Warnings), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "pretrain": { "batchSize": 102 } }""")]
    [InlineData("""{ "pretrain": { "batchSize": 16, "queue": { "size": 204 } } }""")]
    [InlineData("""{ "finetune": { "batchSize": 6 } }""")]
    [InlineData("""{ "rounds": { "distill": { "label": { "viewsPerImage": 2 }, "student": { "batchSize": 204, "steps": 2 } } } }""")]
    public void A_batch_of_all_images_is_not(string change) => Assert.Empty(_folder.Check(change).Findings);

    [Theory]
    [InlineData("\"steps\": 129", "found 2, so each stored view is seen 10 times in 129 steps; more views, or \"targets\": \"online\"")]
    [InlineData("\"steps\": 127", null)]
    public void Stored_views_that_come_again_and_again_are_odd(string steps, string? message)
    {
        var found = _folder.Check($$"""
            { "rounds": { "distill": { "label": { "viewsPerImage": 2 }, "student": { "batchSize": 16, {{steps}} } } } }
            """).Warnings;
        Assert.Equal(message is null ? [] : [$"rounds.distill.label.viewsPerImage: {message} in rounds.distill, show others"], found);
    }

    [Fact]
    public void Fresh_views_never_come_again() => Assert.Empty(_folder.Check(
        """{ "rounds": { "distill": { "targets": "online", "student": { "batchSize": 16, "steps": 1000 } } } }""").Warnings);

    [Fact]
    public void With_a_frozen_encoder_no_stage_has_the_batches_of_pretraining_and_fine_tuning()
    {
        var encoder = _folder.Temporary.Write("encoder.onnx", "");
        File.Delete(_folder["train/cat/00.png"]);
        File.Delete(_folder["train/cat/01.png"]);
        File.Delete(_folder["train/cat/02.png"]);

        Assert.Empty(_folder.Check($$"""
            {
              "pretrain": { "encoder": { "file": "{{encoder}}", "license": "mit" }, "batchSize": 103, "queue": { "size": 206 } },
              "finetune": { "batchSize": 7 }
            }
            """).Findings);
    }

    [Fact]
    public void Votes_of_more_neighbors_than_there_are_labels_are_odd() => Assert.Equal(
        [
            "probe.neighbors: found 6 labeled images, expected 200 for the vote of 200 neighbors, so all of them vote",
            "probe.neighbors: found 6 labeled images, expected 20 for the vote of 20 neighbors, so all of them vote",
        ],
        _folder.Check("""{ "probe": {} }""").Warnings);

    [Fact]
    public void Too_few_classes_for_the_accuracy_during_pretraining_are_odd()
    {
        File.Delete(_folder["train/cat/00.png"]);
        File.Delete(_folder["train/cat/01.png"]);
        File.Delete(_folder["train/cat/02.png"]);

        Assert.StartsWith(
            "pretrain: found 99 training images with a class, expected at least 100",
            Assert.Single(_folder.Check().Warnings),
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
