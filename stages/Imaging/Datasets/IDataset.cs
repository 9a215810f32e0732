using Stages.Pipeline.Options;

namespace Stages.Imaging.Datasets;

/// <summary>
/// Training and test images. The two splits are read separately and only when asked for, so that nothing but
/// an evaluation ever opens the test images. Every call reads anew; the caller keeps what it wants to keep.
/// </summary>
public interface IDataset
{
    string Name { get; }

    /// <summary>The training images, labelled and unlabelled, in the same order on every machine.</summary>
    /// <exception cref="UserException">A file is missing, damaged, or not what it should be.</exception>
    ImageSet Train();

    /// <summary>The test images, with the classes of the training images.</summary>
    /// <exception cref="UserException">There is no test split, or a file is damaged.</exception>
    ImageSet Test();

    /// <summary>SHA-256 over the names and hashes of the training files: equal if and only if the files are.</summary>
    string TrainFingerprint();

    /// <summary>SHA-256 over the names and hashes of the test files.</summary>
    /// <exception cref="UserException">There is no test split.</exception>
    string TestFingerprint();
}
