// N images, C channels, H height, W width
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation;

/// <summary>A contact sheet for people to look at: one column per image, with the original on top and its views below.</summary>
public static class ContactSheet
{
    /// <summary>Smaller images are enlarged by an integer factor, to at most this height in pixels.</summary>
    private const int EnlargedHeight = 84;

    private const int Gap = 4;

    /// <summary>Writes the sheet as a PNG file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="rows_NCHW">Rows from top to bottom, each [N, C, H, W], floats in [0, 1], one or three channels.</param>
    public static void Write(string path, IReadOnlyList<Tensor> rows_NCHW)
    {
        var (columns, channels) = ((int)rows_NCHW[0].shape[0], (int)rows_NCHW[0].shape[1]);
        var (height, width) = ((int)rows_NCHW[0].shape[2], (int)rows_NCHW[0].shape[3]);
        var scale = Math.Max(1, EnlargedHeight / height);
        var (cellWidth, cellHeight) = (width * scale + Gap, height * scale + Gap);
        using var sheet = new PngPicture(columns * cellWidth + Gap, rows_NCHW.Count * cellHeight + Gap);
        for (var row = 0; row < rows_NCHW.Count; row++)
        {
            var bytes = PngPicture.ToBytes(rows_NCHW[row]);
            for (var column = 0; column < columns; column++)
            {
                var image_CHW = bytes.AsSpan(column * channels * height * width, channels * height * width);
                sheet.Paste(image_CHW, (height, width), Gap + column * cellWidth, Gap + row * cellHeight, scale);
            }
        }

        var png = sheet.Encode();
        Durable.WriteFile(path, stream => stream.Write(png));
    }
}
