namespace Tests.Pipeline.Options;

public class UnknownKeyTests
{
    [Fact]
    public void A_misspelt_key_is_refused_with_the_nearest_one()
    {
        var root = Parsing.Of("""{ "rounds": [{ "temprature": 2 }] }""");
        var round = Assert.Single(root.Sections("rounds"));
        round.Number("temperature", 1);
        round.Integer("epochs", 1);

        Assert.Equal(
            "pipeline.json: $.rounds[0].temprature: found an unknown key, expected one of epochs, temperature (did you mean temperature?)",
            Parsing.Message(root.RefuseUnknownKeys));
    }

    [Fact]
    public void A_key_that_differs_in_case_is_another_key()
    {
        var root = Parsing.Of("""{ "pretrain": { "batchsize": 2 } }""");
        Assert.Equal(256, root.Section("pretrain").Integer("batchSize", 256));

        Assert.Equal(
            "pipeline.json: $.pretrain.batchsize: found an unknown key, expected one of batchSize (did you mean batchSize?)",
            Parsing.Message(root.RefuseUnknownKeys));
    }

    [Fact]
    public void A_key_like_no_other_gets_no_guess()
    {
        var root = Parsing.Of("""{ "xyzzy plugh": 2 }""");
        root.Integer("seed", 0);

        Assert.Equal(
            "pipeline.json: $[\"xyzzy plugh\"]: found an unknown key, expected one of extends, seed",
            Parsing.Message(root.RefuseUnknownKeys));
    }

    [Fact]
    public void A_section_nobody_reads_is_an_unknown_key() => Assert.Equal(
        "pipeline.json: $.pretrain: found an unknown key, expected one of extends",
        Parsing.Message(Parsing.Of("""{ "pretrain": {} }""").RefuseUnknownKeys));

    [Fact]
    public void Keys_that_were_read_or_asked_for_are_allowed()
    {
        var root = Parsing.Of("""{ "seed": 1, "device": "cpu", "pretrain": { "epochs": 2 } }""");
        root.Integer("seed", 0);
        root.Has("device");
        root.Section("pretrain").Integer("epochs", 1);

        root.RefuseUnknownKeys();
    }

    [Fact]
    public void Two_readers_of_one_section_share_what_they_read()
    {
        var root = Parsing.Of("""{ "pretrain": { "epochs": 2, "seed": 1 } }""");
        root.Section("pretrain").Integer("epochs", 1);
        root.Section("pretrain").Integer("seed", 1);

        root.RefuseUnknownKeys();
        Assert.Equal("""{"pretrain":{"epochs":2,"seed":1}}""", root.Canonical().ToJsonString());
    }

    [Fact]
    public void Remarks_and_the_schema_are_ignored_at_every_level()
    {
        var root = Parsing.Of("""
            {
              "$schema": "pipeline.schema.json",
              "// why": "a newcomer's remark", "// why": "and another",
              "pretrain": { "$schema": 1, "//": [1] }
            }
            """);
        root.Section("pretrain");

        root.RefuseUnknownKeys();
    }
}
