using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Storage;

public class FileHashTests
{
    // FIPS 180-2, appendix B.1.
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void Text_and_file_hash_alike()
    {
        using var folder = new TempFolder();

        Assert.Equal(OfAbc, FileHash.OfText("abc"));
        Assert.Equal(OfAbc, FileHash.OfFile(folder.Write("a", "abc")));
    }

    [Fact]
    public void A_folders_hash_is_that_of_its_sha256sum_list()
    {
        using var folder = new TempFolder();
        folder.Write("b/x", "abc");
        folder.Write("a", "abc");

        Assert.Equal(FileHash.OfText($"{OfAbc}  a\n{OfAbc}  b/x\n"), FileHash.OfFolder(folder.Path));
    }
}
