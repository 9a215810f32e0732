using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Storage;

public sealed class CheckpointManifestTests : IDisposable
{
    // FIPS 180-2, appendix B.1.
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private readonly TempFolder _folder = new();

    [Fact]
    public void The_file_lists_all_other_files_with_length_and_hash()
    {
        _folder.Write("weights.safetensors", "abc");
        _folder.Write("shards/0", "abc");

        CheckpointManifest.FromFolder(_folder.Path, 1200, "k").Write(_folder.Path);

        Assert.Equal(
            $$"""
            {
              "step": 1200,
              "key": "k",
              "files": {
                "shards/0": {
                  "bytes": 3,
                  "sha256": "{{OfAbc}}"
                },
                "weights.safetensors": {
                  "bytes": 3,
                  "sha256": "{{OfAbc}}"
                }
              }
            }

            """,
            File.ReadAllText(_folder["manifest.json"]));
    }

    [Fact]
    public void A_written_manifest_is_read_back()
    {
        _folder.Write("weights.safetensors", "abc");
        var written = CheckpointManifest.FromFolder(_folder.Path, 1200, "k");
        written.Write(_folder.Path);

        var read = CheckpointManifest.Read(_folder.Path, out var damage);

        Assert.Equal("", damage);
        Assert.Equivalent(written, read, strict: true);
        Assert.Null(read!.FindDamage(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();
}
