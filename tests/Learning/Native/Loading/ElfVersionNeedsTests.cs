using Distill.Learning.Native.Loading;

namespace Tests.Learning.Native.Loading;

/// <summary>Tests on a copy of TorchSharp's library in memory.</summary>
public sealed class ElfVersionNeedsTests
{
    private const string Needed = "GLIBCXX_3.4.21";

    private static readonly byte[] Library = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));

    [Fact]
    public void MarkWeak_changes_one_flag_only()
    {
        var image = Library.ToArray();
        Assert.True(ElfVersionNeeds.MarkWeak(image, Needed));
        var changed = Enumerable.Range(0, image.Length).Where(i => image[i] != Library[i]).ToArray();
        var at = Assert.Single(changed);
        Assert.Equal((0, 2), (Library[at], image[at]));
    }

    [Fact]
    public void Second_call_changes_nothing()
    {
        var image = Library.ToArray();
        ElfVersionNeeds.MarkWeak(image, Needed);
        var once = image.ToArray();
        Assert.False(ElfVersionNeeds.MarkWeak(image, Needed));
        Assert.Equal(once, image);
    }

    [Theory]
    [InlineData("GLIBCXX_9.9.9")]
    [InlineData("GLIBCXX_3.4.2")]
    [InlineData("GLIBCXX_3.4.211")]
    public void Version_that_is_not_needed_is_ignored(string version)
    {
        var image = Library.ToArray();
        Assert.False(ElfVersionNeeds.MarkWeak(image, version));
        Assert.Equal(Library, image);
    }

    [Fact]
    public void Files_other_than_64_bit_libraries_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MarkWeak([], Needed));
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MarkWeak(new byte[1000], Needed));
        var narrow = Library[..4096];
        narrow[4] = 1;
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MarkWeak(narrow, Needed));
    }
}
