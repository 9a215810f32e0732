using Distill.Datasets.Images;

namespace Distill.Datasets.Shards;

/// <summary>A row of a Parquet file of images.</summary>
/// <param name="Image">The encoded bytes; empty where the row has no image.</param>
/// <param name="Path">The name that the image file once had; empty where that is not known.</param>
/// <param name="Label">The number of the class, or <see cref="ImageSet.Unlabeled"/>.</param>
internal readonly record struct ParquetRow(ReadOnlyMemory<byte> Image, string Path, int Label);
