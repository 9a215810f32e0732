using Distill.Datasets;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Shards;

[Collection(TorchTests.Name)]
public sealed class ShardPatternTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train-0.tar,x-train.tar", null, "train-0.tar")]
    [InlineData("x-train-0.tar,._x-train-0.tar", null, "x-train-0.tar")]
    [InlineData("all/train/0.tar,all/val/0.tar", null, "all/train/0.tar")]
    [InlineData("train-10.tar,train-9.tar,a/train-1.tar", null, "a/train-1.tar,train-10.tar,train-9.tar")]
    [InlineData("a/x.tar,b/x.tar", "b/*.tar", "b/x.tar")]
    [InlineData("deep/b/x.tar,b.tar", "b/?.tar", "deep/b/x.tar")]
    [InlineData("a/x.tar,y.tar", "*.tar", "a/x.tar,y.tar")]
    public void Training_shards_match_the_configured_or_usual_pattern(string files, string? train, string expected)
    {
        Make(files);
        var set = Open(train).Train();
        var shards = Enumerable.Range(0, set.Count).Select(set.ImageName).Select(name => name[..name.LastIndexOf('/')]);
        Assert.Equal(expected.Split(','), shards);
    }

    [Theory]
    [InlineData("x-train.tar,train/1.tar", null, "dataset.train: ")]
    [InlineData("train-0.tar,val-0.tar,validation-0.tar", null, "dataset.test: ")]
    [InlineData("train-0.tar,test-0.tar", "*.tar", "dataset.train and dataset.test both match ")]
    [InlineData("train-0.tar", "x-*.tar", "matches \"x-*.tar\"")]
    [InlineData("other.tar", null, "Found no training shards in ")]
    [InlineData("train-0.tar,unlabelled-0.tar", null, "unlabelled-0.tar has an old name; rename it to unlabeled-0.tar")]
    [InlineData("train/0.tar,unlabelled/0.tar", null, "unlabelled/0.tar has an old name; rename it to unlabeled/0.tar")]
    [InlineData("", null, "Found no training shards in ")]
    public void Ambiguous_and_missing_shards_are_refused(string files, string? train, string message)
    {
        Make(files);
        Assert.Contains(message, Assert.Throws<UserException>(() => Open(train)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_for_missing_test_shards_explains_how_to_name_them()
    {
        Make("train-0.tar");
        Assert.Contains("set dataset.test", Assert.Throws<UserException>(() => Open(null).Test()).Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => Open(null).TestFingerprint());
    }

    private void Make(string files)
    {
        Directory.CreateDirectory(_folder["src"]);
        File.WriteAllBytes(_folder["src/a.png"], DatasetGolden.Pictures["rough.png"]);
        foreach (var file in files.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            Tar.Pack(_folder[$"set/{file}"], _folder["src"]);
        }
    }

    private IDataset Open(string? train) =>
        DatasetCatalog.Open(new DatasetOptions(DatasetKind.Webdataset, _folder["set"], 8, 3) { Train = train }, _ => { }, _folder["cache"]);
}
