using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets;

/// <summary>
/// Training and test images. The two splits are read separately, so only an evaluation ever opens the test images. Every call reads the
/// files again; <see cref="ImageSet"/> says where which bytes are kept.
/// </summary>
public interface IDataset
{
    string Name { get; }

    /// <summary>Reads the training images, labeled and unlabeled, in the same order on every machine.</summary>
    /// <exception cref="UserException">A file is missing, damaged, or in another format than expected.</exception>
    ImageSet Train();

    /// <summary>Reads the test images, with the classes of the training images.</summary>
    /// <exception cref="UserException">There is no test split, or a file is damaged.</exception>
    ImageSet Test();

    /// <summary>Returns a SHA-256 of the names and hashes of the training files, and of what decides how they are read.</summary>
    string TrainFingerprint();

    /// <summary>Returns the same hash of the test files.</summary>
    /// <exception cref="UserException">There is no test split.</exception>
    string TestFingerprint();

    /// <summary>Reports unusual and skipped images of a split; null for datasets that are published in one fixed form.</summary>
    /// <exception cref="UserException">There is no such split.</exception>
    SplitReport? Report(Split split) => null;
}
