using Distill.Serve;

namespace Tests.Serve;

public sealed class ServedModelTests
{
    [Theory]
    [InlineData("models/animals/published/distilled", "animals / distilled")]
    [InlineData("models/animals/published/distilled/", "animals / distilled")]
    [InlineData("models/zoo/fashion-mnist-resnet18-130", "fashion-mnist-resnet18-130")]
    [InlineData("/published/distilled", "/ / distilled")]
    public void A_model_is_named_by_its_folder(string folder, string name) => Assert.Equal(name, ServedModel.NameOf(folder));
}
