using Distill.Cli.Capacity;
using Distill.Cli.Planning;
using Distill.Datasets.Images;
using Distill.Learning.Costs;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Rivals;

namespace Tests.Cli.Capacity;

/// <summary>Tests the arithmetic of a plan with round numbers.</summary>
public sealed class TrainingCapacityTests
{
    private static readonly PlannedData Photos = new(1000, 10, new ImageShape(3, 10, 10), IsInMemory: false, Note: null);

    private static readonly StepCost Cost = new()
    {
        Parameters = 100,
        WeightBytes = 100,
        GradientBytes = 400,
        OptimizerBytes = 800,
        UpdateBytes = 100,
        GraphBytes = 200,
        RowBytes = 50,
        AllocatorShare = 1.12,
        GroupSeconds = 0.75,
        RowSeconds = 0.5,
        ForwardRowSeconds = 0.125,
        InferenceRowBytes = 1,
        UpdateSeconds = 2,
    };

    /// <summary>Four processes have two of eight groups each, or a quarter of one group that they normalize together.</summary>
    [Fact]
    public void Processes_divide_the_groups_or_the_rows_of_one()
    {
        var eight = Contrastive(batch: 8, groups: 8);
        var shared = eight with { Training = eight.Training with { Ranks = 4 } };
        Assert.Equal(eight.StepBytes(8, atOnce: true) - (6 * (Cost.GroupBytes(2) + 400)), shared.StepBytes(8, atOnce: true));

        var one = Contrastive(batch: 8, groups: 1);
        var quarter = one with { Training = one.Training with { Ranks = 4, DividesOneGroup = true } };
        Assert.Equal(one.LeastStepBytes(1) - Cost.GroupBytes(16) + Cost.GroupBytes(4), quarter.LeastStepBytes(1));
    }

    [Fact]
    public void Step_of_one_group_has_state_activations_and_loss()
    {
        var capacity = Contrastive(batch: 8, groups: 1);
        Assert.Equal(1300, capacity.StateBytes);
        Assert.Equal(2 * 16 * 16, capacity.LossBytes);
        Assert.Equal(Cost.GroupBytes(16), capacity.GroupBytes);
        Assert.Equal(1300 + Cost.GroupBytes(16) + 512, capacity.LeastStepBytes(1));
    }

    [Fact]
    public void Groups_one_after_another_need_the_larger_of_a_group_and_the_loss()
    {
        Assert.Equal(1300 + Cost.GroupBytes(8), Contrastive(batch: 8, groups: 2).LeastStepBytes(2));
        Assert.Equal(1300 + 512, Contrastive(batch: 8, groups: 4).LeastStepBytes(4));
        Assert.Equal(1300 + 2 * 512 * 512, Contrastive(batch: 256, groups: 128).LeastStepBytes(128));
    }

    [Fact]
    public void All_graphs_at_once_need_a_gradient_for_each_replica_on_a_cpu()
    {
        var graphs = 4 * Cost.GroupBytes(4) + 512;
        Assert.Equal(1300 + graphs + 3 * 400, Contrastive(batch: 8, groups: 4).StepBytes(4, atOnce: true));
        Assert.Equal(1300 + graphs, (Contrastive(batch: 8, groups: 4) with { OnGpu = true }).StepBytes(4, atOnce: true));
    }

    [Fact]
    public void Queue_adds_a_copy_of_the_weights_and_its_keys()
    {
        var capacity = Contrastive(batch: 8, groups: 1, queue: 100);
        Assert.Equal(100 + 100 * 5 * 4, capacity.QueueBytes);
        Assert.Equal(2 * 16 * 116, capacity.LossBytes);
        Assert.Equal(100 + 800 + 2100, capacity.CheckpointBytes);
    }

    [Fact]
    public void What_a_method_needs_beside_its_network_is_added()
    {
        var plain = Contrastive(batch: 8, groups: 1);
        var beside = plain with { Beside = new MethodMemory(StateBytes: 1000, SavedBytes: 600, LossBytes: 5000) };
        Assert.Equal(plain.StateBytes + 1000, beside.StateBytes);
        Assert.Equal(plain.CheckpointBytes + 600, beside.CheckpointBytes);
        Assert.Equal(plain.LeastStepBytes(1) + 6000, beside.LeastStepBytes(1));

        var taught = plain with { Training = plain.Training with { Students = 1, Averages = 1 } };
        Assert.Equal(2 * 1300 + 100, taught.StateBytes);
        Assert.Equal(2 * 900 + 100, taught.CheckpointBytes);
    }

    [Fact]
    public void Methods_say_what_they_need()
    {
        var trainings = PlannedTraining.ListOf(PipelineOptions.Load("fashion-mnist-compare"))
            .ToDictionary(training => training.Stage);
        Assert.Equal(1000 * 128 * 4, trainings["instdisc-pretrain"].Beside!(Photos).StateBytes);
        Assert.True(trainings["bigbigan-pretrain"].Beside!(Photos).LossBytes > 0);
        Assert.Equal(128, trainings["simclr-pretrain"].ProjectionLength);
        Assert.Equal((1, 1), (trainings["meta-pseudo-labels"].Students, trainings["meta-pseudo-labels"].Averages));
        Assert.Equal((0, 1), (trainings["fixmatch"].Students, trainings["fixmatch"].Averages));
    }

    [Fact]
    public void Seconds_count_the_passes_of_the_queue_of_gradient_caching_and_of_an_online_teacher()
    {
        Assert.Equal(16 * 0.5 + 0.75 + 2, Contrastive(batch: 8, groups: 1).StepSeconds);
        Assert.Equal(16 * 0.625 + 2 * 0.75 + 2, Contrastive(batch: 8, groups: 2).StepSeconds);
        Assert.Equal(16 * 0.75 + 2 * 0.75 + 2, Contrastive(batch: 8, groups: 2, queue: 100).StepSeconds);
        Assert.Equal(8 * 0.5 + 2 * 0.75 + 2, Distilled(batch: 8, groups: 2).StepSeconds);
        Assert.Equal(8 * 0.625 + 2 * 0.75 + 2, (Distilled(batch: 8, groups: 2) with { Teacher = Cost }).StepSeconds);
    }

    [Fact]
    public void Smallest_number_of_groups_that_divides_the_batch_and_fits_is_found()
    {
        var capacity = Distilled(batch: 12, groups: 1);
        Assert.Equal(1, capacity.GroupsIn(1300 + Cost.GroupBytes(12)));
        Assert.Equal(2, capacity.GroupsIn(1300 + Cost.GroupBytes(12) - 1));
        // 12 images have no 5 groups.
        Assert.Equal(6, capacity.GroupsIn(1300 + Cost.GroupBytes(3) - 1));
        Assert.Null(capacity.GroupsIn(1300 + Cost.GroupBytes(2) - 1));
    }

    [Fact]
    public void Loaded_views_are_bytes_for_a_gpu_and_floats_for_a_cpu()
    {
        var capacity = Distilled(batch: 8, groups: 1);
        Assert.Equal(3 * 8 * 300 * 4, capacity.ViewBytes);
        Assert.Equal(3 * 8 * 300, (capacity with { OnGpu = true }).ViewBytes);
        Assert.Equal(0, (capacity with { Data = Photos with { IsInMemory = true } }).ViewBytes);
    }

    [Fact]
    public void Stored_views_take_less_disk_with_fewer_logits()
    {
        Assert.Equal(25 + 4000, new LabelCapacity("label", 10, TopK: 0, Classes: 1000, ViewSeconds: 2).BytesPerView);
        Assert.Equal(25 + 84, new LabelCapacity("label", 10, TopK: 10, Classes: 1000, ViewSeconds: 2).BytesPerView);
        Assert.Equal(20, new LabelCapacity("label", 10, TopK: 10, Classes: 1000, ViewSeconds: 2).Seconds);
    }

    private static TrainingCapacity Contrastive(int batch, int groups, int queue = 0) => Capacity(
        Planned(batch, groups, 2 * batch) with { IsLossSumOfRows = false, QueueSize = queue, ProjectionLength = 5 }, pairBytes: 2);

    private static TrainingCapacity Distilled(int batch, int groups) => Capacity(Planned(batch, groups, batch), pairBytes: 0);

    private static TrainingCapacity Capacity(PlannedTraining training, double pairBytes) =>
        new(training, Cost, Teacher: null, pairBytes, Photos, InferenceRows: 4, OnGpu: false, GradientCache.Auto);

    [Fact]
    public void Only_stages_whose_groups_cost_the_same_are_measured_once()
    {
        var (one, wider) = (Planned(8, 2, 8), new NetworkOptions(Architecture.ResNet50, 2, Stem.Small));
        Assert.True(one.CostsAs(Planned(8, 2, 8) with { Stage = "other", Teacher = one }));
        Assert.True(one.CostsAs(Planned(16, 4, 16)));
        Assert.False(one.CostsAs(Planned(8, 1, 8)));
        Assert.False(one.CostsAs(one with { Network = wider }));
        Assert.False(one.CostsAs(one with { Head = 1 }));
        Assert.False(one.CostsAs(one with { IsLossSumOfRows = false }));
        var lars = one.Training with { Optimizer = one.Training.Optimizer with { Kind = OptimizerKind.Lars } };
        Assert.False(one.CostsAs(one with { Training = lars }));
    }

    [Fact]
    public void Features_take_four_bytes_each_and_those_of_many_images_two()
    {
        Assert.Equal(4L * 50_000 * 2048, new FeatureCapacity(50_000, 2048).HostBytes);
        Assert.Equal(2L * 1_281_167 * 6144, new FeatureCapacity(1_281_167, 6144).HostBytes);
    }

    private static PlannedTraining Planned(int batch, int groups, int rows) => new(
        "stage",
        "stage",
        (_, _) => throw new NotSupportedException(),
        new TrainingOptions(10, batch, OptimizerOptions.Default, groups),
        rows)
    {
        Network = new NetworkOptions(Architecture.ResNet50, 1, Stem.Small),
    };
}
