using Distill.Pipeline.Storage;

namespace Tests.Pipeline.Storage;

public class FileHashTests
{
    // FIPS 180-2, appendix B.1.
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void Text_and_file_have_the_same_hash()
    {
        using var folder = new TempFolder();

        Assert.Equal(OfAbc, FileHash.OfText("abc"));
        Assert.Equal(OfAbc, FileHash.OfFile(folder.Write("a", "abc")));
    }

    [Fact]
    public void The_hash_of_a_folder_is_that_of_its_sha256sum_list()
    {
        using var folder = new TempFolder();
        folder.Write("b/x", "abc");
        folder.Write("a", "abc");

        Assert.Equal(FileHash.OfText($"{OfAbc}  a\n{OfAbc}  b/x\n"), FileHash.OfFolder(folder.Path));
    }

    [Fact]
    public void The_hash_of_files_does_not_depend_on_their_order() =>
        Assert.Equal(FileHash.OfFiles([("a", "01"), ("b", "02")]), FileHash.OfFiles([("b", "02"), ("a", "01")]));
}
