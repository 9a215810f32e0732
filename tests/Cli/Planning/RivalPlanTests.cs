using Distill.Cli.Planning;
using Distill.Imaging.Augmentation.Operations;
using Distill.Pipeline.Options;
using Tests.Datasets;

namespace Tests.Cli.Planning;

/// <summary>Tests the stages of the methods that a pipeline compares with.</summary>
public sealed class RivalPlanTests
{
    [Fact]
    public void Rivals_are_stages_before_the_rounds_and_rows_after_the_supervised_network()
    {
        var plan = Create("""{ "extends": "fashion-mnist", "rivals": { "fixmatch": {}, "pseudo-label": {} } }""");

        Assert.Equal(
            ["supervised", "pseudo-label", "fixmatch", "label"],
            plan.Stages.Select(stage => stage.Name).SkipWhile(name => name != "supervised").Take(4));
        Assert.Equal(["supervised", "pseudo-label", "fixmatch", "teacher"], plan.Candidates.Take(4).Select(candidate => candidate.Name));
    }

    [Fact]
    public void Rivals_share_a_budget_of_views_but_not_their_keys()
    {
        var one = Create("""{ "extends": "fashion-mnist", "rivals": { "views": 48000, "batchSize": 32, "fixmatch": {} } }""");
        var both = Create("""
            {
              "extends": "fashion-mnist",
              "rivals": { "views": 48000, "batchSize": 32, "fixmatch": {}, "vat": { "ratio": 7, "learningRate": 0.5 } }
            }
            """);

        // 32 labeled images and 2 · 7 · 32 views.
        var options = Read("""{ "extends": "fashion-mnist", "rivals": { "views": 48000, "fixmatch": {} } }""");
        Assert.Equal(100, options.Rivals.Methods[0].Options.Training.Steps);
        Assert.Equal(OptionsOf(one, "fixmatch"), OptionsOf(both, "fixmatch"));
        Assert.NotEqual(OptionsOf(both, "vat"), OptionsOf(both, "fixmatch"));

        static string OptionsOf(Plan plan, string name) => plan.Stages.Single(stage => stage.Name == name).Options.ToJsonString();
    }

    /// <summary>Views of a step, counted by hand: those of 32 labeled and 32 unlabeled images, or of a batch without labels.</summary>
    [Fact]
    public void Every_method_of_the_comparison_trains_on_as_many_views()
    {
        var rivals = Read("""{ "extends": "fashion-mnist-compare" }""").Rivals;
        var views = new Dictionary<string, int>
        {
            ["pseudo-label"] = 32 + 32,
            ["vat"] = 32 + 2 * 32,
            ["s4l"] = 32 + 5 * 32,
            ["uda"] = 32 + 2 * 32,
            ["fixmatch"] = 32 + 2 * 32,
            // The teacher's views, and those that its student sees.
            ["meta-pseudo-labels"] = 32 + 2 * 32 + 2 * 32,
            ["instdisc"] = 256,
            ["pirl"] = 2 * 256,
            // Patches with three times an image's pixels.
            ["cpc"] = 3 * 64,
            ["bigbigan"] = 256,
            ["simclr"] = 2 * 256,
            ["self-training"] = 256,
            ["s4l-retrained"] = 256,
        };

        var steps = rivals.Methods.Select(rival => (rival.Options.Name, rival.Options.Training.Steps))
            .Concat(rivals.Encoders.Select(rival => (rival.Options.Name, rival.Options.Training.Steps)))
            .Concat(rivals.Rounds.Select(rival => (rival.Round.Name, rival.Round.Student.Options.Training.Steps)));

        Assert.Equal(views.Select(each => (each.Key, 307_200 / each.Value)).Order(), steps.Order());
    }

    [Fact]
    public void Self_training_learns_from_the_supervised_network()
    {
        var plan = Create("""{ "extends": "fashion-mnist", "rivals": { "self-training": {}, "fixmatch": {} } }""");

        Assert.Equal(["dataset/train", "supervised/weights.safetensors"], Inputs(plan, "label-self-training"));
        Assert.Equal(["dataset/train", "label-self-training/soft-targets"], Inputs(plan, "self-training"));
        Assert.Equal(["dataset/train", "finetune/weights.safetensors"], Inputs(plan, "label"));
        Assert.DoesNotContain("self-training", plan.Stages.Single(stage => stage.Name == "fixmatch").Options.Select(option => option.Key));
        Assert.Equal(["supervised", "fixmatch", "self-training", "teacher"], plan.Candidates.Take(4).Select(candidate => candidate.Name));
    }

    [Fact]
    public void Steps_of_S4L_read_each_other()
    {
        var plan = Create("""{ "extends": "fashion-mnist", "rivals": { "s4l": {}, "s4l-retrained": {}, "s4l-tuned": {} } }""");

        Assert.Equal(["dataset/train", "s4l/weights.safetensors"], Inputs(plan, "label-s4l-retrained"));
        Assert.Equal(["dataset/train", "label-s4l-retrained/soft-targets"], Inputs(plan, "s4l-retrained"));
        Assert.Equal(["dataset/train", "s4l-retrained/weights.safetensors"], Inputs(plan, "s4l-tuned"));
        Assert.Equal(["s4l", "s4l-retrained", "s4l-tuned"], plan.Candidates.Skip(1).Take(3).Select(candidate => candidate.Name));
    }

    [Fact]
    public void Key_of_further_training_does_not_depend_on_other_methods()
    {
        var one = Create("""{ "extends": "fashion-mnist", "rivals": { "meta-pseudo-labels": {}, "meta-pseudo-labels-tuned": {} } }""");
        var other = Create("""
            {
              "extends": "fashion-mnist",
              "rivals": { "batchSize": 16, "vat": {}, "meta-pseudo-labels": {}, "meta-pseudo-labels-tuned": {} }
            }
            """);

        Assert.Equal(KeyOf(one), KeyOf(other));

        static string KeyOf(Plan plan) => plan.Stages.Single(stage => stage.Name == "meta-pseudo-labels-tuned").Options.ToJsonString();
    }

    [Theory]
    [InlineData("self-training", "supervised", """{ "supervised": null, "rivals": { "self-training": {} } }""")]
    [InlineData("s4l-retrained", "s4l", """{ "rivals": { "s4l-retrained": {} } }""")]
    [InlineData("s4l-tuned", "s4l-retrained", """{ "rivals": { "s4l": {}, "s4l-tuned": {} } }""")]
    public void Step_without_the_one_before_is_refused(string name, string missing, string json)
    {
        var error = Assert.Throws<UserException>(() => Read(json.Insert(1, "\"extends\": \"fashion-mnist\", ")));
        Assert.Contains($"rivals.{name}: found {name}, which needs the network of {missing}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Instance_discrimination_is_an_encoder_that_is_fine_tuned()
    {
        var plan = Create("""{ "extends": "fashion-mnist", "rivals": { "instdisc": { "batchSize": 100 }, "views": 5000 } }""");

        Assert.Equal(["dataset/train"], Inputs(plan, "instdisc-pretrain"));
        Assert.Equal(["dataset/train", "instdisc-pretrain/weights.safetensors"], Inputs(plan, "instdisc"));
        Assert.False(plan.Stages.Single(stage => stage.Name == "instdisc-pretrain").Options.ContainsKey("labels"));
        Assert.True(plan.Stages.Single(stage => stage.Name == "instdisc").Options.ContainsKey("labels"));
    }

    /// <summary>The others' network and budget of views, in batches of 256.</summary>
    [Fact]
    public void Self_training_shares_network_and_views()
    {
        var options = Read("""
            {
              "extends": "fashion-mnist",
              "rivals": { "views": 51200, "network": { "architecture": "resnet18", "width": 0.125 }, "self-training": {}, "uda": {} }
            }
            """);

        var student = options.Rivals.Rounds.Single().Round.Student.Options;
        Assert.Equal(options.Rivals.Methods[0].Options.Network, student.Network);
        Assert.Equal(("resnet18", 200), (student.Network.Architecture.Name, student.Training.Steps));
    }

    [Fact]
    public void Uda_has_its_own_list_of_operations()
    {
        var methods = Read("""{ "extends": "fashion-mnist", "rivals": { "uda": {}, "fixmatch": {} } }""").Rivals.Methods;

        Assert.Equal(
            [RandAugmentPolicy.Uda, RandAugmentPolicy.FixMatch],
            methods.Select(method => method.Options.Method.Views(method.Options.Augmentations)[1])
                .Select(strong => strong.Operations.OfType<RandAugment>().Single().Policy));
    }

    [Fact]
    public void Encoder_of_instance_discrimination_does_not_depend_on_the_training_of_others()
    {
        var one = Create("""{ "extends": "fashion-mnist", "rivals": { "instdisc": {} } }""");
        var other = Create("""{ "extends": "fashion-mnist", "rivals": { "instdisc": {}, "batchSize": 16, "averaging": 0, "vat": {} } }""");

        Assert.Equal(OptionsOf(one), OptionsOf(other));

        static string OptionsOf(Plan plan) => plan.Stages.Single(stage => stage.Name == "instdisc-pretrain").Options.ToJsonString();
    }

    private static Plan Create(string json) => Plan.Create(Read(json), SampleData.Open());

    private static PipelineOptions Read(string json) => PipelineOptions.Read(PipelineFile.Parse(json, "test", Presets.Text));

    private static IEnumerable<string> Inputs(Plan plan, string stage) =>
        plan.Stages.Single(s => s.Name == stage).Inputs.Select(input => input.ToString());
}
