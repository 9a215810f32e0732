using Distill.Datasets.Options;
using Distill.Datasets.Shards;
using Distill.Pipeline.Options;
using Tests.Pipeline;

namespace Tests.Datasets.Shards;

/// <summary>Which files are the shards of a split, and sets of which one is missing.</summary>
public sealed class ShardNumbersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train-00000-of-00002,train-00001-of-00002", null)]
    [InlineData("train-00001-of-00002,train-00002-of-00002", null)]
    [InlineData("train-00000-of-00001-7ad8a9c8", null)]
    [InlineData("train-00000-of-00002-7ad8a9c8,train-00001-of-00002-0b1c", null)]
    [InlineData("train-00000-of-00003,train-00002-of-00003", "train-00001-of-00003.parquet is missing")]
    [InlineData("train-00000-of-00003,train-00001-of-00003", "train-00002-of-00003.parquet is missing")]
    [InlineData("train-00001-of-00003,train-00002-of-00003", "train-00000-of-00003.parquet is missing")]
    [InlineData("train_1_of_3,train_3_of_3", "is missing")]
    [InlineData("a/train-0-of-2,b/train-1-of-2", "found 1 of 2 files of this set")]
    [InlineData("train-00000-of-00002,train-00001-of-00002,train-00000-of-00003", "found 1 of 3 files of this set")]
    [InlineData("train-00000-of-00001,train-00000-of-00001-7ad8", "have the same number")]
    [InlineData("train-00000-of-00001,train-00005-of-00001", "beyond the total")]
    [InlineData("train-00000-of-00001,test-00000-of-00002", "test-00001-of-00002.parquet is missing")]
    public void A_set_with_a_hole_is_refused(string names, string? problem)
    {
        Make(names);
        if (problem is null)
        {
            Assert.Equal(names.Split(',').Length, Find().Train.Count);
        }
        else
        {
            Assert.Contains(problem, Assert.Throws<UserException>(() => Find()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_part_that_the_user_chose_is_accepted()
    {
        Make("train-00000-of-00003,train-00002-of-00003");

        Assert.Single(Find("train-00000-*").Train);
        Assert.Throws<UserException>(() => Find("train-*"));
    }

    [Theory]
    [InlineData("train,test", "test")]
    [InlineData("train,validation", "validation")]
    [InlineData("cifar-train,cifar-test", "cifar-test")]
    [InlineData("x_train_0,x_train_1,x_test_0,x_test_1", "x_test_0,x_test_1")]
    [InlineData("train0001,test0001", "test0001")]
    [InlineData("train,test,val", "test")]
    [InlineData("train,dev", "dev")]
    [InlineData("train,latest,contest,interval", "")]
    [InlineData("train-test-mix,test-0", "test-0")]
    [InlineData("train_test_mix", "")]
    public void Splits_beside_each_other_are_found_alike(string names, string test)
    {
        Make(names);

        Assert.Equal(test, string.Join(',', Find().Test.Select(shard => Path.GetFileNameWithoutExtension(shard.Name))));
    }

    [Fact]
    public void Unlabeled_files_are_found_alike()
    {
        Make("train,unlabeled");

        Assert.Equal("unlabeled.parquet", Assert.Single(Find().Unlabeled).Name);
    }

    [Fact]
    public void Files_of_no_split_are_named()
    {
        Make("train,test,val,.hidden");
        _folder.Write("set/README.md", "");
        _folder.Write("set/classes.txt", "");

        Assert.Equal(
            [
                (".hidden.parquet", "hidden"),
                ("val.parquet", "belongs to no split; set dataset.train, dataset.unlabeled or dataset.test"),
                ("README.md", "not a .parquet file"),
            ],
            Find().Skipped());
    }

    [Fact]
    public void Extensions_in_any_case_are_shards()
    {
        _folder.Write("set/train-0.PARQUET", "");

        Assert.Single(Find().Train);
    }

    private void Make(string names)
    {
        foreach (var name in names.Split(','))
        {
            _folder.Write($"set/{name}.parquet", "");
        }
    }

    private ShardFiles Find(string? train = null) =>
        new(new DatasetOptions(DatasetKind.Parquet, _folder["set"], 8, 3) { Train = train }, ".parquet");
}
