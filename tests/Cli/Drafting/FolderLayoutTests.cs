using Distill.Cli.Drafting;
using Distill.Pipeline.Options;
using Tests.Pipeline;

namespace Tests.Cli.Drafting;

/// <summary>The layouts of folders that <c>distill init</c> finds, and those that it refuses.</summary>
public sealed class FolderLayoutTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train/cat,test/cat", null, null, null)]
    [InlineData("train/cat,test/cat,unlabeled", null, null, null)]
    [InlineData("train/cat", null, null, 0.2)]
    [InlineData("train/cat,val/cat", null, "val", null)]
    [InlineData("train/cat,val/cat,test/cat", null, null, null)]
    [InlineData("Training/cat,Training/dog,Testing/cat,Testing/dog", "Training", "Testing", null)]
    [InlineData("TRAIN/cat,VALIDATION/cat", "TRAIN", "VALIDATION", null)]
    [InlineData("cat,dog", ".", null, 0.2)]
    [InlineData("cat/small,cat/large,dog/old", ".", null, 0.2)]
    [InlineData("cat/front,cat/back,dog/front,dog/back,owl/front,owl/back,rat/front,rat/back", ".", null, 0.2)]
    [InlineData("unlabeled", null, null, 0.2)]
    public void Usual_layouts_are_found(string folders, string? train, string? test, double? fraction)
    {
        Make(folders);
        Assert.Equal(new FolderLayout(train, test, fraction), FolderLayout.Of(_folder.Path));
    }

    [Theory]
    [InlineData("cat,dog,test/cat", "found test beside cat, but no train; put the folders of the classes into ")]
    [InlineData("cat,unlabeled", "found unlabeled beside cat, but no train; put the folders of the classes into ")]
    [InlineData("one/cat,one/dog,two/cat,two/dog", "found the same folders (cat, dog) in one and two, so these look like splits; ")]
    public void Layout_that_may_mean_two_things_is_refused(string folders, string message)
    {
        Make(folders);
        Assert.Contains($"{_folder.Path}: {message}", Assert.Throws<UserException>(() => FolderLayout.Of(_folder.Path)).Message);
    }

    [Fact]
    public void Missing_folder_and_a_file_are_named()
    {
        var file = _folder.Write("file", "");
        Assert.Equal(
            $"{_folder["none"]}: this folder does not exist", Assert.Throws<UserException>(() => FolderLayout.Of(_folder["none"])).Message);
        Assert.Equal($"{file}: is a file, expected a folder of images", Assert.Throws<UserException>(() => FolderLayout.Of(file)).Message);
    }

    private void Make(string folders)
    {
        foreach (var name in folders.Split(','))
        {
            Directory.CreateDirectory(_folder[name]);
        }
    }
}
