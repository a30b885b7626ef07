"""A game without a screen."""

import os
os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
import pygame
pygame.init()
screen = pygame.display.set_mode((64, 48))
font = pygame.font.Font(None, 20)
picture = font.render("hi", True, (255, 0, 0))
screen.blit(picture, (0, 0))
pygame.draw.circle(screen, (0, 255, 0), (30, 30), 5)
print(screen.get_at((30, 30)), picture.get_size(), pygame.mixer.get_init() is not None)
pygame.image.save(screen, "x.png")
print(pygame.image.load("x.png").get_size())
os.remove("x.png")
