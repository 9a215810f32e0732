using Distill.Encoders;
using Distill.Encoders.Features;
using Distill.Encoders.Options;
using Distill.Pipeline.Storage;
using Tests.Faults;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Encoders;

/// <summary>Features on disk: by content, whole or absent, checked, and valid for one encoder only.</summary>
[Collection(TorchTests.Name)]
public sealed class CachedEncoderTests : IDisposable
{
    private const int Size = 4;

    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Known_features_are_read_and_not_computed()
    {
        var computed = Compute(Images(5));
        MakeCachedFeatures(value => value + 7);
        Assert.Equal(computed.Select(value => value + 7), Compute(Images(5)));
    }

    [Fact]
    public void Features_are_found_by_content_in_any_order()
    {
        Compute(Images(6));
        MakeCachedFeatures(value => value + 7);
        using var scope = NewDisposeScope();
        var reversed = Images(6).flip(0);
        Assert.Equal(Compute(reversed), Rows(Compute(Images(6))).Reverse().SelectMany(row => row));
        Assert.Single(Parts());
    }

    [Fact]
    public void Equal_images_are_stored_once()
    {
        using var scope = NewDisposeScope();
        Compute(cat([Images(2), Images(2)]));
        Assert.Equal(2, StoredRows());
    }

    [Fact]
    public void New_images_are_added_to_those_of_earlier_runs()
    {
        Compute(Images(3));
        Compute(Images(8));
        Assert.Equal(8, StoredRows());
        Assert.Equal(2, Parts().Length);
    }

    [Theory]
    [InlineData("size")]
    [InlineData("mean")]
    [InlineData("file")]
    public void Another_encoder_has_features_of_its_own(string change)
    {
        var path = EncoderModels.ChannelMeans(_folder, "model.onnx", [null, 3, null, null]);
        Compute(Images(2), EncoderModels.Options(path, $$""", "size": {{Size}}"""));
        var other = change switch
        {
            "size" => EncoderModels.Options(path, """, "size": 8"""),
            "mean" => EncoderModels.Options(path, $$""", "size": {{Size}}, "mean": [0, 0, 0], "deviation": [1, 1, 1]"""),
            _ => EncoderModels.Options(
                EncoderModels.ChannelMeans(_folder, "model.onnx", [null, 3, null, null], keep: true), $$""", "size": {{Size}}"""),
        };
        using var scope = NewDisposeScope();
        Compute(other.Size == 8 ? Pattern.Uniform("large", 2, 3, 8, 8).add(1).mul(127.5).to_type(ScalarType.Byte) : Images(2), other);
        Assert.Equal(2, Directory.GetDirectories(_folder["features"]).Length);
    }

    [Fact]
    public void Damaged_file_is_moved_aside_and_computed_again()
    {
        var computed = Compute(Images(5));
        foreach (var position in Enumerable.Range(0, (int)new FileInfo(Parts()[0]).Length).Where(position => position % 4 == 0))
        {
            var path = Parts()[0];
            var whole = File.ReadAllBytes(path);
            var damaged = (byte[])whole.Clone();
            damaged[position] ^= 0x5a;
            File.WriteAllBytes(path, damaged);

            Assert.Equal(computed, Compute(Images(5)));

            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!))
            {
                File.Delete(file);
            }

            File.WriteAllBytes(path, whole);
        }

        Assert.NotEmpty(_warnings);
        Assert.All(_warnings, warning => Assert.Contains("computed again", warning));
    }

    /// <summary>Another run may move a damaged file aside, and people delete files of a cache.</summary>
    [Fact]
    public void File_that_is_gone_is_computed_again()
    {
        var computed = Compute(Images(5));
        using var encoder = Open(Model());
        File.Delete(Parts()[0]);
        Assert.Equal(computed, Compute(Images(5), encoder));
        Assert.EndsWith("is gone, and its features are computed again", Assert.Single(_warnings));
    }

    /// <summary>A link to itself cannot be read, which says nothing about the content of the file.</summary>
    [Fact]
    public void File_that_cannot_be_read_is_not_called_damaged()
    {
        var computed = Compute(Images(5));
        MakeCachedFeatures(value => value + 7);
        var part = Assert.Single(Parts());
        File.Move(part, _folder["kept"]);
        File.CreateSymbolicLink(part, part);
        Assert.ThrowsAny<IOException>(() => Compute(Images(5)));

        File.Delete(part);
        File.Move(_folder["kept"], part);
        Assert.Equal(computed.Select(value => value + 7), Compute(Images(5)));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("write")]
    [InlineData("rename")]
    [InlineData("make folder")]
    public void Disk_that_refuses_costs_only_the_features(string kind)
    {
        var computed = Compute(Images(40));
        Directory.Delete(_folder["features"], recursive: true);
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, operation =>
            operation.Kind == kind ? new Fault(false, () => throw DiskErrors.Full(operation.Path)) : null));
        try
        {
            using var encoder = Open(Model());
            Assert.Equal(computed, Compute(Images(40), encoder));
            Assert.Equal(computed, Compute(Images(40), encoder));
        }
        finally
        {
            Durable.UseFileSystem(null);
        }

        var warning = Assert.Single(_warnings);
        Assert.Contains("features are not kept any more", warning);
        Assert.EndsWith("Free some space on that disk.", warning);
    }

    [Fact]
    public void Damaged_file_on_a_read_only_disk_is_computed_again()
    {
        var computed = Compute(Images(5));
        File.WriteAllText(Assert.Single(Parts()), "damaged");
        Durable.UseFileSystem(new FaultyFileSystem(Durable.Files, operation =>
            operation.Kind == "rename" ? new Fault(false, () => throw DiskErrors.Denied(operation.Path)) : null));
        try
        {
            Assert.Equal(computed, Compute(Images(5)));
        }
        finally
        {
            Durable.UseFileSystem(null);
        }

        Assert.Contains("the disk refused to move it", _warnings[0]);
    }

    [Fact]
    public void Threads_share_the_features()
    {
        var encoder = Open(Model());
        try
        {
            var expected = Compute(Images(40), encoder);
            Parallel.For(0, 8, _ => Assert.Equal(expected, Compute(Images(40), encoder)));
        }
        finally
        {
            encoder.Dispose();
        }

        Assert.Equal(40, StoredRows());
    }

    private static Tensor Images(int count) =>
        Pattern.Uniform("cache", 40, 3, Size, Size)[..count].add(1).mul(127.5).to_type(ScalarType.Byte);

    private static IEnumerable<float[]> Rows(float[] features) => features.Chunk(3);

    private static float[] Compute(Tensor images_N3SS, CachedEncoder encoder)
    {
        using var scope = NewDisposeScope();
        return encoder.Features(images_N3SS).data<float>().ToArray();
    }

    private EncoderOptions Model() => EncoderModels.Options(EncoderModels.ChannelMeans(_folder, "model.onnx", [null, 3, Size, Size]));

    private CachedEncoder Open(EncoderOptions options) => CachedEncoder.Open(options, _folder["features"], _warnings.Add);

    private float[] Compute(Tensor images_N3SS, EncoderOptions? options = null)
    {
        using var encoder = Open(options ?? Model());
        return Compute(images_N3SS, encoder);
    }

    private string[] Parts() => Directory.GetFiles(_folder["features"], "part-*.parquet", SearchOption.AllDirectories);

    private int StoredRows() => Parts().Sum(part => ReadRows(part).Images.Count);

    /// <summary>Rewrites the only file with other features, so that a test can see where features come from.</summary>
    private void MakeCachedFeatures(Func<float, float> change)
    {
        var part = Assert.Single(Parts());
        var (key, images, features) = ReadRows(part);
        File.Delete(part);
        FeatureFile.Write(Path.GetDirectoryName(part)!, key, images, Array.ConvertAll(features, value => change(value)));
    }

    private static (string Key, IReadOnlyList<ImageHash> Images, float[] Features) ReadRows(string part)
    {
        // ParquetSharp (Arrow C++) judges the file.
        using var reader = new ParquetSharp.ParquetFileReader(part);
        var key = reader.FileMetaData.KeyValueMetadata["encoder.key"];
        return (
            key,
            FeatureFile.ReadImages(part, key),
            FeatureFile.ReadFeatures(part, key, 3));
    }
}
