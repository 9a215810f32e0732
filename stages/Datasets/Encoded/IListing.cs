using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Encoded;

/// <summary>A list of the encoded images of a folder or of containers, in the same order on every machine. Decodes none.</summary>
internal interface IListing
{
    /// <summary>Name of the dataset, for messages.</summary>
    string Name { get; }

    /// <summary>Hashes the files of a split, for its fingerprint.</summary>
    /// <exception cref="UserException">There is no such split.</exception>
    IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes);

    /// <summary>Names of the classes, by number; empty if no image has a class.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>Lists the images of a split.</summary>
    /// <exception cref="UserException">There is no such split, or a file is damaged.</exception>
    IReadOnlyList<EncodedImage> Images(Split split);

    /// <summary>Returns name and reason of everything in the place of a split that is not an image of it.</summary>
    IReadOnlyList<(string Name, string Reason)> SkippedFiles(Split split);
}
