using Distill.Imaging.Loading;
using Distill.Learning.Native;
using Tests.Learning;
using Tests.Learning.Native;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

[Collection(TorchTests.Name)]
public sealed class StreamedBankTests : IDisposable
{
    private readonly PhotoFolder _photos = new();

    [Fact]
    public unsafe void The_views_of_a_large_batch_are_in_huge_pages()
    {
        using var bank = ImageBank.Open(_photos.Open().Train(), CPU, threads: 2);
        using var views = bank.Prepare(PhotoFolder.Plan(bank)(0) with { Size = 600 }, CancellationToken.None)!;

        Assert.True(views.numel() * views.ElementSize > 32 << 20, "malloc gives such a tensor a mapping of its own");

        using var first = views.view(-1).narrow(0, 0, 1);
        fixed (byte* data = first.bytes)
        {
            Assert.True(Mapping.Of(HugePages.WholePages((nuint)data, 32 << 20).Start).IsHuge);
        }
    }

    public void Dispose() => _photos.Dispose();
}
