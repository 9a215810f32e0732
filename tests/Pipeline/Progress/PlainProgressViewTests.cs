using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;

namespace Tests.Pipeline.Progress;

public sealed class PlainProgressViewTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly ManualClock _clock = new();
    private readonly PlainProgressView _view;

    public PlainProgressViewTests() => _view = new PlainProgressView(_output, _clock, TimeSpan.FromSeconds(10));

    [Fact]
    public void A_run_is_shown_as_lines()
    {
        _view.Skip("pretrain");
        _view.Note("finetune: option steps changed from 50 to 100");
        var stage = _view.Begin("finetune", 2, 3, "step 40");
        stage.Report(TrainingReport.Create(41, 100, 0.41, 812.4, loss: 2.30259, secondsLeft: 3723));
        stage.Note("the checkpoint of step 20 is damaged");
        stage.Report(TrainingReport.Create(100, 100, 1, 900.6, loss: 1.5, knn: 41.25, secondsLeft: 0));
        var metrics = new JsonObject { ["top1"] = 91.25678, ["parameters"] = 23512130, ["name"] = "teacher" };
        _view.End("finetune", TimeSpan.FromSeconds(200), metrics);
        _view.Begin("publish", 3, 3, null);
        _view.End("publish", TimeSpan.FromSeconds(1.9), []);

        Assert.Equal(
            """
            pretrain: already done
            finetune: option steps changed from 50 to 100
            [2/3] finetune: resumes from step 40
            finetune: step 41/100, epoch 0.41, 812 images/s, loss 2.3026, 1 h 02 min left
            finetune: the checkpoint of step 20 is damaged
            finetune: step 100/100, epoch 1.00, 901 images/s, loss 1.5000, kNN 41.3 %, 0 s left
            finetune: done in 3 min 20 s (top1 91.2568, parameters 23512130, name teacher)
            [3/3] publish: starts
            publish: done in 1 s

            """,
            _output.ToString());
    }

    [Fact]
    public void At_most_one_report_per_ten_seconds_is_shown_and_always_the_last()
    {
        var stage = _view.Begin("pretrain", 1, 1, null);
        for (var step = 1; step <= 26; step++)
        {
            stage.Report(TrainingReport.Create(step, 26, epoch: 0, imagesPerSecond: 1.62));
            _clock.Pass(1);
        }

        _view.End("pretrain", TimeSpan.FromSeconds(26), []);

        Assert.Equal(
            """
            [1/1] pretrain: starts
            pretrain: step 1/26, epoch 0.00, 1.6 images/s
            pretrain: step 11/26, epoch 0.00, 1.6 images/s
            pretrain: step 21/26, epoch 0.00, 1.6 images/s
            pretrain: step 26/26, epoch 0.00, 1.6 images/s
            pretrain: done in 26 s

            """,
            _output.ToString());
    }

    [Fact]
    public void Progress_without_metrics_is_its_steps_only()
    {
        _view.Begin("evaluate", 1, 1, null).Report(1, 4);

        Assert.Equal("[1/1] evaluate: starts\nevaluate: step 1/4\n", _output.ToString());
    }

    [Fact]
    public void The_last_report_is_not_shown_twice()
    {
        _view.Begin("pretrain", 1, 1, null).Report(TrainingReport.Create(1, 1, epoch: 1, imagesPerSecond: 5));
        _view.End("pretrain", TimeSpan.FromSeconds(90000), []);

        Assert.Equal(
            "[1/1] pretrain: starts\npretrain: step 1/1, epoch 1.00, 5 images/s\npretrain: done in 1 d 01 h\n",
            _output.ToString());
    }

    [Fact]
    public void A_large_first_step_is_said_to_be_running()
    {
        var clock = new TimerClock();
        using var view = new PlainProgressView(_output, clock, TimeSpan.FromSeconds(10));
        var stage = view.Begin("pretrain", 1, 1, null);
        clock.Pass(29);
        clock.Pass(1);
        clock.Pass(60);
        stage.Report(1, 40);
        clock.Pass(60);
        stage.Report(2, 40);

        Assert.Equal(
            """
            [1/1] pretrain: starts
            pretrain: the first step is still running after 30 s
            pretrain: the first step is still running after 1 min 30 s
            pretrain: step 1/40
            pretrain: step 1/40, the next is still running after 1 min 00 s
            pretrain: step 2/40

            """,
            _output.ToString());
    }

    [Fact]
    public void A_report_that_was_held_back_is_shown_when_no_other_follows()
    {
        var clock = new TimerClock();
        using var view = new PlainProgressView(_output, clock, TimeSpan.FromSeconds(10));
        var stage = view.Begin("export", 1, 1, null);
        stage.Report(18, 210);
        clock.Pass(1);
        stage.Report(36, 210);
        clock.Pass(30);

        Assert.Equal("[1/1] export: starts\nexport: step 18/210\nexport: step 36/210\n", _output.ToString());
    }

    [Fact]
    public void A_stage_that_failed_writes_nothing_more()
    {
        var clock = new TimerClock();
        var view = new PlainProgressView(_output, clock, TimeSpan.FromSeconds(10));
        view.Begin("pretrain", 1, 1, null);
        view.Dispose();
        clock.Pass(120);

        Assert.Equal("[1/1] pretrain: starts\n", _output.ToString());
    }

    public void Dispose()
    {
        _view.Dispose();
        _output.Dispose();
    }
}
