using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Imaging;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Checks;

/// <summary>
/// A contact sheet of the data: rows of images that are skipped or odd, then a row of images of each of the first classes, and of those
/// without a class. A picture has no text, so each row has a line that describes it.
/// </summary>
internal static class CheckSheet
{
    private const int Columns = 10;
    private const int Side = 84;
    private const int Gap = 4;
    private const int MostClasses = 30;

    /// <summary>Draws the sheet, and returns a line about each of its rows and about what has none.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string path, CheckedData data)
    {
        List<SheetRow> rows = [.. data.Splits.SelectMany(Odd), .. Copies(data), .. Classes(data)];
        using var sheet = new PngPicture(Columns * (Side + Gap) + Gap, Math.Max(1, rows.Count) * (Side + Gap) + Gap);
        foreach (var (y, row) in rows.Index())
        {
            foreach (var (x, tile) in row.Tiles.Take(Columns).Index())
            {
                sheet.Paste(tile(), (Side, Side), Gap + x * (Side + Gap), Gap + y * (Side + Gap));
            }
        }

        var png = sheet.Encode();
        try
        {
            Durable.WriteFile(path, stream => stream.Write(png));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"--sheet: {path} cannot be written: {error.Message}");
        }

        var described = rows.Select((row, number) => FormattableString.Invariant($"  row {number + 1}: {row.Description}"));
        return ClassesOf(data).Count - MostClasses is > 0 and var others
            ? [$"{path}:", .. described, $"  and {Phrases.Count(others, "other class", "other classes")}"]
            : [$"{path}:", .. described];
    }

    private static IEnumerable<SheetRow> Odd(SplitReport report)
    {
        var name = Phrases.NameOf(report.Split);
        if (report.Refused.Count > 0)
        {
            yield return new SheetRow(
                $"{name}, skipped: {Phrases.Examples(report.Refused.Select(image => $"{image.Name} ({image.Reason})"))}",
                [.. report.Refused.Take(Columns).Select(_ => (Func<byte[]>)Cross)]);
        }

        if (report.Images is not { } images)
        {
            yield break;
        }

        var constant = Enumerable.Range(0, images.Count).Where(index => report.Facts[index].IsConstant).ToList();
        if (constant.Count > 0)
        {
            yield return Row(report, constant, "one color");
        }
    }

    /// <summary>Returns a row of pairs of images with the same picture.</summary>
    private static IEnumerable<SheetRow> Copies(CheckedData data)
    {
        var groups = DuplicateCheck.Groups(data);
        if (groups.Count > 0)
        {
            yield return new SheetRow(
                $"the same picture, in pairs: {Phrases.Examples(groups.Select(copies => $"{copies[0].Name} = {copies[1].Name}"))}",
                [.. groups.Take(Columns / 2).SelectMany(copies => copies.Take(2)).Select(copy => TileOf(copy.Images, copy.Index))]);
        }
    }

    private static IEnumerable<SheetRow> Classes(CheckedData data)
    {
        if (data.Train is not { Images: { } images } report)
        {
            yield break;
        }

        foreach (var members in ClassesOf(data).Take(MostClasses))
        {
            yield return Row(report, [.. members], images.ClassNames[members.Key]);
        }

        List<int> unlabeled = [.. Enumerable.Range(0, images.Count).Where(index => images.Labels[index] == ImageSet.Unlabeled)];
        if (unlabeled.Count > 0)
        {
            yield return Row(report, unlabeled, "without a class");
        }
    }

    /// <summary>Returns the training images of each class that has some.</summary>
    private static List<IGrouping<int, int>> ClassesOf(CheckedData data) => data.Train?.Images is not { } images ? [] :
    [
        .. Enumerable.Range(0, images.Count).Where(index => images.Labels[index] != ImageSet.Unlabeled)
            .GroupBy(index => images.Labels[index]).OrderBy(members => members.Key),
    ];

    private static SheetRow Row(SplitReport report, IReadOnlyList<int> found, string what)
    {
        var images = report.Images!;
        var examples = Phrases.Examples(found.Select(index => Phrases.Place(report.Split, images, index)));
        return new SheetRow(
            $"{Phrases.NameOf(report.Split)}, {what}: {examples}",
            [.. found.Take(Columns).Select(index => TileOf(images, index))]);
    }

    /// <summary>Returns a function that cuts out the middle square of an image, uint8 [C, Side, Side].</summary>
    private static Func<byte[]> TileOf(ImageSet images, int index) => () =>
    {
        var image = images.Pixels.Decode(index);
        var tile = new byte[image.Shape.Channels * Side * Side];
        Resampler.Cut(image, Crop.Center(image.Shape.Height, image.Shape.Width, 1), Side, Side, tile);
        return tile;
    };

    /// <summary>Returns a red cross on white, for an image that cannot be shown.</summary>
    private static byte[] Cross()
    {
        var tile = new byte[3 * Side * Side];
        for (var at = 0; at < Side * Side; at++)
        {
            var (y, x) = (at / Side, at % Side);
            var line = Math.Abs(x - y) < 3 || Math.Abs(x + y - Side + 1) < 3;
            (tile[at], tile[Side * Side + at], tile[2 * Side * Side + at]) = line
                ? ((byte)200, (byte)40, (byte)40)
                : (byte.MaxValue, byte.MaxValue, byte.MaxValue);
        }

        return tile;
    }

    /// <summary>A row of the sheet.</summary>
    private sealed record SheetRow(string Description, IReadOnlyList<Func<byte[]>> Tiles);
}
