using Distill.Learning.Native.Loading;

namespace Tests.Learning.Native.Loading;

/// <summary>On the library that it is there for, in memory.</summary>
public sealed class ElfVersionNeedsTests
{
    private const string Needed = "GLIBCXX_3.4.21";

    private static readonly byte[] Library = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));

    [Fact]
    public void It_changes_one_flag_and_nothing_else()
    {
        var image = Library.ToArray();
        Assert.True(ElfVersionNeeds.MarkWeak(image, Needed));
        var changed = Enumerable.Range(0, image.Length).Where(i => image[i] != Library[i]).ToArray();
        var at = Assert.Single(changed);
        Assert.Equal((0, 2), (Library[at], image[at]));
    }

    [Fact]
    public void The_second_time_there_is_nothing_to_change()
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
    public void A_version_that_is_not_needed_is_left_alone(string version)
    {
        var image = Library.ToArray();
        Assert.False(ElfVersionNeeds.MarkWeak(image, version));
        Assert.Equal(Library, image);
    }

    [Fact]
    public void What_is_no_library_of_64_bits_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MarkWeak([], Needed));
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MarkWeak(new byte[1000], Needed));
        var narrow = Library[..4096];
        narrow[4] = 1;
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MarkWeak(narrow, Needed));
    }
}
