using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Storage;
using Distill.Pretrain;
using Distill.Rivals;
using Distill.Rivals.SimClr;
using Tests.Learning;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class SimClrTests
{
    private static readonly PretrainOptions Pretraining = new(
        TinyDataset.Network,
        new HeadOptions(2, 8),
        new AugmentationOptions(new CropOptions((0.5, 1), (1, 1), 0.5), []),
        LowResolution.None,
        Temperature: 0.2,
        QueueOptions.None,
        new TrainingOptions(3, 4, OptimizerOptions.Default));

    /// <summary>A rehearsal changes network and length of the method, which its pretraining must follow.</summary>
    [Fact]
    public void Encoder_is_that_of_a_contrastive_pretraining_with_the_methods_network_and_length()
    {
        using var one = new StageFixture();
        using var other = new StageFixture();
        var smaller = TinyDataset.Network with { Width = TinyDataset.Network.Width / 2 };
        var shorter = Pretraining.Training with { Steps = 2 };
        EncoderRival method = new SimClrOptions(Pretraining);

        (method with { Network = smaller, Training = shorter })
            .Run(one.Context("simclr-pretrain"), StageFixture.Settings, new TinyDataset());
        PretrainStage.Run(
            other.Context("simclr-pretrain"),
            Pretraining with { Network = smaller, Training = shorter },
            StageFixture.Settings,
            new TinyDataset());

        Assert.Equal(FileHash.OfFile(other.Folder[PretrainStage.Output]), FileHash.OfFile(one.Folder[EncoderRival.Output]));
        Assert.Equal(8, method.RowsPerStep);
    }
}
