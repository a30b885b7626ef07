import wave
def value(): return wave.WAVE_FORMAT_PCM
