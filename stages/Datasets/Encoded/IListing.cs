using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Encoded;

/// <summary>Lists the encoded images of a folder or of containers, without decoding one, in the same order on every machine.</summary>
internal interface IListing
{
    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>The files of a split: what its fingerprint covers.</summary>
    /// <exception cref="UserException">There is no such split.</exception>
    IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes);

    /// <summary>The names of the classes, in the order of their numbers; empty where nothing has a class.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>The images of a split.</summary>
    /// <exception cref="UserException">There is no such split, or a file is damaged.</exception>
    IReadOnlyList<EncodedImage> Images(Split split);

    /// <summary>Name and reason of each file of a split that is an image, but of no kind that is decoded.</summary>
    IReadOnlyList<(string Name, string Reason)> LeftOut(Split split) => [];
}
