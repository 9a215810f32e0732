namespace Distill.Learning.Networks;

/// <summary>A network that sees images in a size of its own, whatever the size of the dataset's.</summary>
public interface ISizedNetwork
{
    /// <summary>Height and width of its images, in pixels.</summary>
    int ImageSize { get; }

    /// <summary>Images that it computes together; a smaller number costs as much, so batches should be multiples.</summary>
    int BatchMultiple { get; }
}
