using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets;

/// <summary>
/// Training and test images. The two splits are read separately and only when asked for, so that nothing but
/// an evaluation ever opens the test images. Every call reads anew; the caller keeps what it wants to keep.
/// </summary>
public interface IDataset
{
    string Name { get; }

    /// <summary>The training images, labeled and unlabeled, in the same order on every machine.</summary>
    /// <exception cref="UserException">A file is missing, damaged, or not what it should be.</exception>
    ImageSet Train();

    /// <summary>The test images, with the classes of the training images.</summary>
    /// <exception cref="UserException">There is no test split, or a file is damaged.</exception>
    ImageSet Test();

    /// <summary>SHA-256 over the names and hashes of the training files, and over what decides how they are read.</summary>
    string TrainFingerprint();

    /// <summary>The same of the test files.</summary>
    /// <exception cref="UserException">There is no test split.</exception>
    string TestFingerprint();

    /// <summary>What is unusual among a split's images, and which are left out; null for data sets of one published form.</summary>
    /// <exception cref="UserException">There is no such split.</exception>
    SplitReport? Report(Split split) => null;
}
