using Distill.Artifacts;
using Tests.Pipeline;

namespace Tests.Artifacts;

public sealed class TemperatureFileTests
{
    [Fact]
    public void Written_file_is_read_back_and_has_these_keys()
    {
        using var folder = new TempFolder();
        var file = new TemperatureFile(0.943125, 50, 0.61, 0.6025);
        file.Write(folder["temperature.json"]);

        Assert.Equal(file, TemperatureFile.Read(folder["temperature.json"]));
        Assert.Equal(
            """
            {
              "temperature": 0.943125,
              "labels": 50,
              "negativeLogLikelihoodBefore": 0.61,
              "negativeLogLikelihoodAfter": 0.6025
            }

            """,
            File.ReadAllText(folder["temperature.json"]));
    }
}
