using Parquet.Schema;

namespace Distill.Encoders.Features;

/// <summary>The columns of a file of features. It has one row per image, with the features as a 3-level LIST.</summary>
internal static class FeatureSchema
{
    /// <summary>Key of the metadata entry with the SHA-256 of all rows.</summary>
    public const string RowsEntry = "rows.sha256";

    /// <summary>Key of the metadata entry with the key of the encoder.</summary>
    public const string EncoderEntry = "encoder.key";

    // The first 128 bits of the SHA-256 of the image's pixels, uint8 [3, S, S].
    public static readonly DataField<long> HashHigh = new("image_sha256_bytes_0_7");
    public static readonly DataField<long> HashLow = new("image_sha256_bytes_8_15");
    public static readonly DataField<float> Feature = new("element");

    public static readonly ParquetSchema Schema = new(HashHigh, HashLow, new ListField("features", Feature));
}
