"""Sound, by a lazy library and a shared one."""

import io
import numpy as np, soundfile, librosa
wave = np.sin(np.linspace(0, 440 * 2 * np.pi, 8000)).astype("float32")
out = io.BytesIO()
soundfile.write(out, wave, 8000, format="WAV")
out.seek(0)
data, rate = soundfile.read(out)
print(rate, data.shape, librosa.feature.mfcc(y=wave, sr=8000, n_mfcc=4).shape, librosa.note_to_hz("A4"))
print(round(float(librosa.feature.spectral_centroid(y=wave, sr=8000).mean())) > 0, librosa.resample(wave, orig_sr=8000, target_sr=4000).shape)
