namespace Distill.Cli.Drafting;

/// <summary>Batch sizes of drafted pipelines.</summary>
internal static class BatchSizes
{
    /// <summary>Images per step of a student.</summary>
    public const int Student = 128;

    /// <summary>Images per step of stages that learn from the labels.</summary>
    public const int Labeled = 64;

    /// <summary>Returns the images per step of pretraining, which must not repeat an image and has two groups.</summary>
    public static int Pretrain(DataFacts facts) => Math.Min(128, facts.Images / 2 * 2);
}
