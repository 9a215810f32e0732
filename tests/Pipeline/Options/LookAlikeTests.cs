using Distill.Pipeline.Options;

namespace Tests.Pipeline.Options;

public sealed class LookAlikeTests
{
    [Theory]
    [InlineData("Cat", "upper and lower case")]
    [InlineData("cat ", "blanks or invisible characters")]
    [InlineData("c\u200Bat", "blanks or invisible characters")]
    [InlineData("CAT ", "case and blanks")]
    public void A_name_that_looks_like_a_known_one_is_explained(string name, string difference) =>
        Assert.Equal($" (differs from \"cat\" only in {difference})", LookAlike.Note(name, ["dog", "cat"]));

    [Theory]
    [InlineData("caf\u00E9", "cafe\u0301")]
    [InlineData("cafe\u0301", "caf\u00E9")]
    public void Forms_of_accents_are_explained(string name, string known) =>
        Assert.Contains("Unicode", LookAlike.Note(name, [known]), StringComparison.Ordinal);

    [Theory]
    [InlineData("cow", "cat")]
    [InlineData("cafe", "caf\u00E9")]
    [InlineData("cat", "cat")]
    public void Other_names_have_no_note(string name, string known) => Assert.Empty(LookAlike.Note(name, [known]));

    [Fact]
    public void Names_that_look_like_an_earlier_one_are_listed()
    {
        string[] others = ["dog", "CAT ", "cafe", "cat", "na\u00EFf", "cow", "猫", "犬"];

        Assert.Equal(
            [
                "\"Cat\" (differs from \"cat\" only in upper and lower case)",
                "\"CAT \" (differs from \"cat\" only in case and blanks)",
                "\"nai\u0308f\" (differs from \"na\u00EFf\" only in how its accents are encoded (Unicode NFC or NFD))",
            ],
            LookAlike.Notes(["cat", "Cat", .. others, "nai\u0308f"]));
    }
}
