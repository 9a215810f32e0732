namespace Stages.Imaging.Datasets.Folders;

/// <summary>An image file that a folder data set lists.</summary>
/// <param name="Name">Its path within the data set's folder, with forward slashes.</param>
/// <param name="Path">Its path on this machine.</param>
/// <param name="Label">The number of its class, or <see cref="ImageSet.Unlabelled"/>.</param>
internal sealed record FolderFile(string Name, string Path, int Label);
